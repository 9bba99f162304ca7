// The console itself: what the operator does, what the server says, and the page in between.
((desk) => {
  "use strict";
  const { el, say } = desk;
  const at = (id) => document.getElementById(id);
  const root = at("console"), title = document.title;
  let me = { uuid: "", name: "", status: "online", web: [0, 0], messenger: [0, 0] }, counts = {}, open = null, wasOnline = false, noticed = 0;

  const connection = new desk.Connection(desk.config);
  const list = new desk.List(at("list"), { me: () => me });
  const thread = new desk.Thread({ scroll: at("scroll"), rows: at("thread"), earlier: at("earlier"), typing: at("typing") });
  const filesUrl = (file = null) => `/api/v1/dialogs/${open}/files/${file ? `${file.uuid}/` : ""}`;
  const headers = { "X-CSRFToken": desk.config.token, "Accept-Language": desk.config.language };
  const tray = new OtklikFiles.Tray({
    box: at("tray"), input: at("pick"), button: at("attach"), zone: root.querySelector(".talk"), text: at("words"), say, limits: null,
    upload: (file, options) => OtklikFiles.send(filesUrl(), file, { ...options, headers }),
    discard: (file) => fetch(filesUrl(file), { method: "DELETE", headers }),
  });
  const composer = new desk.Composer({ form: at("composer"), input: at("words"), list: at("canned"), counter: at("counter"), tray });
  let limits = null;
  const limitFiles = () => { tray.limits = isMine() && composer.mode === "reply" ? limits : null; };
  const toast = (text, kind) => window.otklik?.toast(text, kind);
  const row = () => (open ? list.rows.get(open) : null);
  const isMine = () => row()?.handoff === "active" && row().operator?.uuid === me.uuid && row().status !== "closed";

  // --- notices ------------------------------------------------------------------------------
  const notice = (text, { isPassing = false } = {}) => {
    clearTimeout(noticed);
    at("notice").textContent = text;
    at("notice").hidden = !text;
    at("notice").classList.toggle("good", isPassing);
    if (isPassing) noticed = setTimeout(() => notice(""), 5_000);
  };
  const complain = (refusal) => toast(refusal.code === "connection" ? say("reconnecting") : refusal.message || say("failed"), "error");

  // --- what is around the thread -----------------------------------------------------------------
  const showCounts = (fresh) => {
    if (counts.waiting !== undefined && fresh.waiting > counts.waiting) desk.ring(say("new_waiting"));
    counts = fresh;
    for (const badge of root.querySelectorAll("[data-count]")) badge.textContent = fresh[badge.dataset.count];
    document.title = fresh.waiting ? `(${fresh.waiting}) ${title}` : title;
  };
  const showMe = (fresh) => {
    me = fresh;
    if (me.status !== "offline") at("status").value = me.status;
    const used = (name) => say(name, { used: me[name][0], limit: me[name][1] });
    at("capacity").textContent = `${used("web")} · ${used("messenger")}`;
  };
  const view = (name) => { root.dataset.view = name; };

  let wasMine = null;
  const showPlaceholder = () => { at("words").placeholder = say(composer.mode === "note" ? "write_note" : "write"); };
  const showHead = () => {
    const it = row();
    at("nothing").hidden = Boolean(it);
    for (const id of ["talk-head", "scroll"]) at(id).hidden = !it;
    if (!it) { at("composer").hidden = at("hint").hidden = at("draft").hidden = true; return; }
    const isOpen = it.status !== "closed", isTaken = it.handoff === "active", mine = isMine();
    at("talk-name").textContent = it.name;
    const state = !isOpen ? say("closed") : isTaken ? (mine ? say("you") : it.operator?.name ?? "") : it.handoff === "requested" ? it.reason || say("waits") : say("assistant");
    const asleep = it.snoozed ? (it.snoozed.until ? say("asleep", { until: desk.moment(it.snoozed.until) }) : say("asleep_reply")) : "";
    at("talk-state").textContent = [it.channel, state, asleep].filter(Boolean).join(" · ");
    at("take").hidden = !isOpen || isTaken;
    at("take").textContent = say(it.handoff === "requested" ? "take" : "take_over");
    for (const id of ["give-back", "pass", "resolve"]) at(id).hidden = !mine;
    at("snooze").hidden = !mine || Boolean(it.snoozed);
    at("wake").hidden = !mine || !it.snoozed;
    for (const id of ["send-more", "write-menu"]) at(id).hidden = !mine || composer.mode === "note";
    at("composer").hidden = !isOpen;
    at("hint").hidden = mine;
    root.querySelector('[data-mode="reply"]').disabled = !mine;
    if (!mine) composer.turn("note"); else if (wasMine !== open) composer.turn("reply");
    wasMine = mine ? open : null;
    at("hint").textContent = !isOpen ? say("ended") : isTaken ? say("other_has_it", { name: it.operator?.name ?? "" }) : say("take_first");
    showPlaceholder();
    at("priority").value = it.priority;
    limitFiles();
    at("draft").hidden = !mine || !at("draft-text").textContent;
  };
  const showDraft = (draft) => {
    at("draft-text").textContent = draft?.text ?? "";
    at("draft-title").textContent = draft ? `${say("draft")} · ${draft.why}` : "";
    showHead();
  };
  const showContext = (it) => { at("priority").hidden = false; desk.showContext(at("context"), it); };

  // --- reading -----------------------------------------------------------------------------------
  const load = async (queue, { isMore = false } = {}) => {
    list.queue = queue;
    for (const button of root.querySelectorAll("[data-queue]")) button.setAttribute("aria-pressed", String(button.dataset.queue === queue));
    try {
      const search = at("find").value.trim();
      list.search = search;
      const page = await connection.command("queue", { queue, search, offset: isMore ? list.offset : 0 });
      if (list.queue !== queue || list.search !== search) return;
      list.medianWait = page.median_wait;
      list.show(page, { isMore });
      showCounts(page.counts);
    } catch (refusal) { if (refusal.code !== "connection") complain(refusal); }
  };
  const show = async (dialog, { isAgain = false } = {}) => {
    if (!isAgain) {
      if (open !== dialog) { thread.clear(); composer.switch(dialog); showDraft(null); root.dispatchEvent(new Event("leaving")); }
      list.current = open = dialog;
      view("talk");
    }
    try {
      const found = await connection.command("open", { dialog, after_seq: thread.lastSeq });
      if (open !== dialog) return 0;
      list.rows.set(dialog, found.row);
      list.draw();
      limits = found.files;
      const fresh = thread.add(found.messages);
      thread.marks = found.marks;
      showDraft(found.draft);
      composer.about = { values: found.variables, assistant: found.context.assistant, language: found.context.language, platform: found.row.platform };
      composer.restore(dialog, found.kept);
      composer.count();
      root.dispatchEvent(new CustomEvent("opened", { detail: found }));
      showContext(found.context);
      showHead();
      if (!isAgain) thread.toEnd();
      return fresh;
    } catch (refusal) { if (refusal.code !== "connection") complain(refusal); return 0; }
  };

  // --- doing --------------------------------------------------------------------------------------
  const LEAVING = new Set(["resolve", "snooze", "transfer", "give_back"]);
  const goOn = (dialog) => { const next = list.after(dialog); if (open === dialog && next) show(next); };
  const move = async (command, fields = {}, words = "", { dialog = open, isNext = false } = {}) => {
    if (!dialog) return;
    try {
      const { row: fresh, counts: now, me: mine } = await connection.command(command, { dialog, ...fields });
      showMe(mine);
      list.update([fresh]);
      showCounts(now);
      showHead();
      if (words) notice(words, { isPassing: true });
      if (LEAVING.has(command) && isNext) goOn(dialog);
      if (command === "take") { load("mine"); thread.toEnd(); if (matchMedia("(min-width: 56.01rem)").matches) at("words").focus(); }
    } catch (refusal) { complain(refusal); if (refusal.code !== "connection") show(dialog, { isAgain: true }); }
  };
  const can = (id) => !at(id).hidden && !at("talk-head").hidden;
  const take = () => { if (can("take")) move("take", {}, say("taken")); };
  const resolve = ({ isNext = false } = {}) => { if (can("resolve") && window.confirm(say("close_question"))) move("resolve", {}, say("resolved"), { isNext }); };
  const wake = () => { if (can("wake")) move("wake", {}, say("woken")); };
  const giveBack = () => { if (can("give-back")) { at("back-note").value = ""; at("back-dialog").showModal(); } };
  const pass = async () => {
    if (!can("pass")) return;
    let people = [];
    try { ({ people } = await connection.command("colleagues")); } catch (refusal) { complain(refusal); return; }
    at("pass-to").replaceChildren(el("option", { value: "", text: say("queue") }), ...people.map((person) => el("option", { value: person.uuid, text: person.name })));
    at("pass-help").textContent = people.length ? "" : say("no_colleagues");
    at("pass-note").value = "";
    at("pass-dialog").showModal();
  };
  const post = async (dialog, clientId, text, isNote = false, then = "", files = []) => {
    if (open === dialog) { thread.pending.set(clientId, { text, isNote, files }); thread.draw(); thread.toEnd(); }
    unsent.set(clientId, { dialog, text, isNote, then, files });
    storeUnsent();
    const fields = isNote ? {} : { files: files.map((file) => file.uuid) };
    try {
      const { message, marks } = await connection.command(isNote ? "note" : "post", { dialog, client_id: clientId, text, ...fields });
      unsent.delete(clientId);
      storeUnsent();
      if (then === "resolve") move("resolve", {}, say("resolved"), { dialog });
      if (then === "snooze") desk.snoozing?.ask(dialog);
      if (open === dialog) { if (isNote) { thread.marks = marks; thread.toEnd(); } else thread.add([message]); }
    } catch (refusal) {
      if (refusal.code === "connection") return; // kept, and sent again with the same name when the connection is back
      unsent.delete(clientId);
      storeUnsent();
      if (open === dialog) { thread.pending.set(clientId, { text, isNote, files, error: refusal.message || say("failed") }); thread.draw(); } else complain(refusal);
    }
  };
  const UNSENT = `otklik.console.unsent.${desk.config.tenant}.${desk.config.user}`;
  const unsent = new Map();
  const storeUnsent = () => { try { if (unsent.size) localStorage.setItem(UNSENT, JSON.stringify([...unsent])); else localStorage.removeItem(UNSENT); } catch { /* lives as long as the page */ } };
  try { for (const [clientId, words] of JSON.parse(localStorage.getItem(UNSENT) ?? "[]")) unsent.set(clientId, words); } catch { /* nothing was kept */ }

  // --- taking words back: they wait a moment before they leave; the next ones push them out -----------------------
  const held = new Map();
  const letGo = (clientId) => { const it = held.get(clientId); if (!it) return; clearTimeout(it.timer); held.delete(clientId); post(it.dialog, clientId, it.text, false, it.then); };
  const leave = ({ dialog, text, isNote, then, files }) => {
    const clientId = crypto.randomUUID?.() ?? `c-${Date.now()}-${Math.random().toString(36).slice(2)}`, seconds = isNote || files.length ? 0 : desk.settings.undo_seconds;
    for (const earlier of [...held.keys()]) letGo(earlier);
    if (!seconds) { post(dialog, clientId, text, isNote, then, files); return; }
    held.set(clientId, { dialog, text, then, timer: setTimeout(() => letGo(clientId), seconds * 1000) });
    unsent.set(clientId, { dialog, text, isNote, then, files });
    storeUnsent();
    if (open === dialog) { thread.pending.set(clientId, { text, isNote, files, until: Date.now() + seconds * 1000 }); thread.draw(); thread.toEnd(); }
  };
  const takeBack = (clientId) => {
    const it = held.get(clientId);
    if (!it) return;
    clearTimeout(it.timer);
    held.delete(clientId);
    unsent.delete(clientId);
    storeUnsent();
    thread.pending.delete(clientId);
    thread.draw();
    if (open === it.dialog) { composer.turn("reply"); composer.fill([it.text, composer.input.value].filter(Boolean).join("\n")); }
  };
  thread.addEventListener("back", ({ detail }) => takeBack(detail));
  addEventListener("pagehide", () => { for (const clientId of [...held.keys()]) letGo(clientId); });

  // --- what the server says --------------------------------------------------------------------------
  const on = (name, listener) => connection.addEventListener(name, ({ detail }) => listener(detail));
  on("ready", async (event) => {
    showMe(event.me);
    showCounts(event.counts);
    composer.replies = event.canned;
    composer.team = event.team;
    desk.settings = event.settings;
    root.dispatchEvent(new CustomEvent("greeted", { detail: event }));
    if (!wasOnline) { const asked = new URLSearchParams(location.search).get("dialog"); if (asked) { history.replaceState(null, "", location.pathname); open = asked; list.current = asked; composer.switch(asked); view("talk"); } }
    const known = new Map([...list.rows].map(([key, it]) => [key, it.last_seq]));
    await load(list.queue);
    if (open) await show(open, { isAgain: true });
    for (const [clientId, { dialog, text, isNote, then, files }] of [...unsent]) if (!held.has(clientId)) post(dialog, clientId, text, isNote, then, files);
    if (wasOnline) {
      const count = [...known].reduce((sum, [key, seq]) => sum + Math.max(0, (list.rows.get(key)?.last_seq ?? seq) - seq), 0);
      notice(say("restored", { count }), { isPassing: true });
    } else notice("");
    wasOnline = true;
  });
  on("mode", (mode) => { if (mode === "offline") notice(say(wasOnline ? "reconnecting" : "connecting")); if (mode === "gone") notice(say("gone")); });
  on("counts", ({ counts: now, me: mine }) => { showMe(mine); showCounts(now); });
  const isNews = (it, before) => it.operator?.uuid === me.uuid && it.handoff === "active" && it.last_sender === "customer" && before && it.last_seq > before.last_seq && (document.hidden || it.dialog !== open);
  on("rows", ({ rows }) => {
    const news = rows.find((it) => isNews(it, list.rows.get(it.dialog)));
    if (news) desk.ring(say("new_words", { name: news.name }));
    list.update(rows); if (open && rows.some((it) => it.dialog === open)) showHead(); });
  on("messages", ({ dialog, messages }) => { if (dialog === open) thread.add(messages); });
  on("marks", ({ dialog, marks, draft }) => { if (dialog === open) { thread.marks = marks; showDraft(draft); } });
  on("mentioned", ({ dialog, who }) => { desk.ring(say("mentioned", { name: who })); toast(say("mentioned", { name: who })); if (!open) show(dialog); });
  on("shown", ({ dialog, seq }) => { if (dialog === open) thread.shown(seq); });
  let quiet = 0;
  const mention = (text) => { thread.say(text); clearTimeout(quiet); quiet = setTimeout(() => thread.say(""), 5_000); };
  on("typing", ({ dialog, sender }) => { if (dialog === open && sender === "customer") mention(say("typing")); });
  on("run", ({ dialog, state }) => { if (dialog === open) { if (state === "ended") thread.say(""); else mention(say("answering")); } });

  // --- what the operator does --------------------------------------------------------------------------
  list.addEventListener("choose", ({ detail }) => show(detail));
  list.addEventListener("more", () => load(list.queue, { isMore: true }));
  composer.addEventListener("send", ({ detail }) => leave(detail));
  composer.addEventListener("lacking", () => toast(say("fill_in"), "warning"));
  composer.addEventListener("turned", () => { showPlaceholder(); for (const id of ["send-more", "write-menu"]) at(id).hidden = !isMine() || composer.mode === "note"; composer.count(); limitFiles(); });
  tray.addEventListener("change", () => { at("send").disabled = tray.isBusy; });
  at("send-more").addEventListener("click", ({ target }) => { const then = target.closest("[data-then]")?.dataset.then; if (then) { at("send-more").open = false; composer.send(then); } });
  let finding = 0;
  at("find").addEventListener("input", () => { clearTimeout(finding); finding = setTimeout(() => load(list.queue), 250); });
  composer.addEventListener("typing", () => connection.hint("typing", { dialog: open, is_note: composer.mode === "note" }));
  composer.addEventListener("keep", ({ detail }) => connection.hint("keep", detail));
  addEventListener("pagehide", () => composer.store());
  thread.addEventListener("again", ({ detail }) => { const it = thread.pending.get(detail); if (it) post(open, detail, it.text, it.isNote, "", it.files); });
  thread.addEventListener("earlier", async () => {
    const dialog = open, height = at("scroll").scrollHeight;
    try {
      const { messages } = await connection.command("earlier", { dialog, before_seq: thread.firstSeq });
      if (open === dialog) { thread.add(messages); at("scroll").scrollTop += at("scroll").scrollHeight - height; }
    } catch (refusal) { complain(refusal); }
  });
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-queue], [data-view-to], [data-other]");
    if (button?.dataset.queue) load(button.dataset.queue);
    else if (button?.dataset.viewTo) view(button.dataset.viewTo);
    else if (button?.dataset.other) show(button.dataset.other);
  });
  at("take").addEventListener("click", take);
  at("resolve").addEventListener("click", () => resolve());
  at("wake").addEventListener("click", wake);
  at("give-back").addEventListener("click", giveBack);
  at("pass").addEventListener("click", pass);
  at("draft-use").addEventListener("click", () => composer.fill(at("draft-text").textContent));
  at("pass-form").addEventListener("submit", () => move("transfer", { to: at("pass-to").value || null, note: at("pass-note").value.trim() }, say("passed")));
  at("back-form").addEventListener("submit", () => move("give_back", { instruction: at("back-note").value.trim() }, say("given_back")));
  at("status").addEventListener("change", async ({ target }) => { try { showMe((await connection.command("status", { status: target.value })).me); } catch (refusal) { complain(refusal); } });

  // --- keys: by place, so that they work in every layout ---------------------------------------------------
  const KEYS = {
    KeyJ: () => { const next = list.step(1); if (next) show(next); }, KeyK: () => { const next = list.step(-1); if (next) show(next); },
    Enter: () => { if (list.current && list.current !== open) show(list.current); else if (can("take")) take(); else if (!at("composer").hidden) at("words").focus(); },
    Digit1: () => load("waiting"), Digit2: () => load("mine"), Digit3: () => load("team"), Digit4: () => load("assistant"), Digit5: () => load("snoozed"), Digit6: () => load("all"),
    KeyF: () => at("find").focus(),
    KeyX: () => desk.bulk.toggle(),
    KeyS: () => { if (can("wake")) wake(); else if (can("snooze")) desk.snoozing.ask(open); },
    KeyN: () => { if (!at("composer").hidden) { composer.turn("note"); at("words").focus(); } },
    KeyT: take, KeyE: () => resolve(), KeyA: pass, KeyB: giveBack,
    KeyR: () => { if (isMine()) { composer.turn("reply"); at("words").focus(); } },
    KeyD: () => { if (!at("draft").hidden) { composer.turn("reply"); composer.fill(at("draft-text").textContent); } },
    Slash: () => { if (isMine()) { composer.turn("reply"); composer.fill("/"); } },
  };
  const SHIFTED = { KeyE: () => resolve({ isNext: true }) };
  const PLACES = { KeyI: "waiting", KeyM: "mine", KeyT: "team", KeyB: "assistant", KeyS: "snoozed", KeyA: "all" };
  let went = 0; // when G was pressed
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "Escape") { if (isTyping) event.target.blur(); else view("list"); return; }
    if (isTyping) return;
    if (event.key === "?" || (event.shiftKey && event.code === "Slash") || (event.shiftKey && event.code === "Digit7" && event.key === "?")) { event.preventDefault(); at("keys").showModal(); return; }
    if (event.code === "Enter" && event.target.closest?.("button, a, summary")) return;
    const isGoing = Date.now() - went < 1_500;
    went = event.code === "KeyG" && !isGoing ? Date.now() : 0;
    if (isGoing && PLACES[event.code]) { event.preventDefault(); load(PLACES[event.code]); return; }
    const act = (event.shiftKey ? SHIFTED : KEYS)[event.code];
    if (act) { event.preventDefault(); act(); }
  });

  // A hint may have been lost: look at the queue again now and then, unless somebody has leafed through it.
  setInterval(() => { if (!document.hidden && list.offset <= desk.List.PAGE) load(list.queue); }, 60_000);

  desk.page = { connection, list, thread, composer, root, at, on, move, view, show, load, row, isMine, can, take, resolve, wake, pass, giveBack, complain, notice, toast, get open() { return open; }, get me() { return me; } };
  document.addEventListener("DOMContentLoaded", () => { notice(say("connecting")); connection.start(); });
})(window.otklikConsole);
