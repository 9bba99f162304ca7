// The console itself: what the operator does, what the server says, and the page in between.
((desk) => {
  "use strict";
  const { el, say } = desk;
  const at = (id) => document.getElementById(id);
  const root = at("console"), title = document.title;
  let me = { uuid: "", status: "online", web: [0, 0], messenger: [0, 0] }, counts = {}, open = null, wasOnline = false, noticed = 0;

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
  const composer = new desk.Composer({ form: at("composer"), input: at("words"), list: at("canned"), tray });
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

  // --- sound and notifications ----------------------------------------------------------------
  const sound = at("sound");
  const hears = () => sound.getAttribute("aria-pressed") === "true";
  const keepSound = (value) => { sound.setAttribute("aria-pressed", String(value)); try { localStorage.setItem("otklik.console.sound", value ? "1" : ""); } catch { /* not kept, still applied */ } };
  const ring = () => {
    if (!hears()) return;
    try {
      const audio = new AudioContext(), tone = audio.createOscillator(), volume = audio.createGain();
      tone.frequency.value = 660;
      volume.gain.setValueAtTime(0.08, audio.currentTime);
      volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.35);
      tone.connect(volume).connect(audio.destination);
      tone.start();
      tone.stop(audio.currentTime + 0.36);
      tone.onended = () => audio.close();
    } catch { /* a page nobody touched yet may not make a sound */ }
    if (document.hidden && "Notification" in window && Notification.permission === "granted") new Notification(say("new_waiting"));
  };
  sound.addEventListener("click", () => {
    keepSound(!hears());
    if (hears() && "Notification" in window && Notification.permission === "default") Notification.requestPermission();
    if (hears()) ring();
  });
  try { sound.setAttribute("aria-pressed", String(localStorage.getItem("otklik.console.sound") === "1")); } catch { /* stays off */ }

  // --- what is around the thread -----------------------------------------------------------------
  const showCounts = (fresh) => {
    if (counts.waiting !== undefined && fresh.waiting > counts.waiting) ring();
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
    at("talk-state").textContent = `${it.channel} · ${state}`;
    at("take").hidden = !isOpen || isTaken;
    at("take").textContent = say(it.handoff === "requested" ? "take" : "take_over");
    for (const id of ["give-back", "pass"]) at(id).hidden = !mine;
    at("resolve").hidden = !mine;
    at("composer").hidden = !isOpen;
    at("hint").hidden = mine;
    root.querySelector('[data-mode="reply"]').disabled = !mine;
    if (!mine) composer.turn("note"); else if (wasMine !== open) composer.turn("reply");
    wasMine = mine ? open : null;
    at("hint").textContent = !isOpen ? say("ended") : isTaken ? say("other_has_it", { name: it.operator?.name ?? "" }) : say("take_first");
    showPlaceholder();
    limitFiles();
    at("draft").hidden = !mine || !at("draft-text").textContent;
  };
  const showDraft = (draft) => {
    at("draft-text").textContent = draft?.text ?? "";
    at("draft-title").textContent = draft ? `${say("draft")} · ${draft.why}` : "";
    showHead();
  };
  const fact = (name, value) => (value ? [el("dt", { text: name }), el("dd", { dir: "auto", text: value })] : []);
  const showContext = (it) => {
    const others = it.others.map((other) => el("li", { children: [el("button", { className: "link", type: "button", "data-other": other.dialog, text: desk.moment(other.at) }), el("span", { className: "faint", text: ` ${other.status}` })] }));
    at("context").replaceChildren(...[
      el("dl", { className: "facts", children: [
        ...fact(say("customer"), it.name), ...fact(say("email"), it.email), ...fact(say("phone"), it.phone),
        ...it.identities.flatMap((identity) => fact(identity.platform, identity.name)),
        ...fact(say("since"), desk.moment(it.since)),
      ] }),
      el("h3", { text: say("conversation") }),
      el("dl", { className: "facts", children: [...fact(say("begun"), desk.moment(it.begun)), ...fact(say("messages"), String(it.messages)), ...Object.entries(it.page).flatMap(([name, value]) => fact(name, value))] }),
      el("h3", { text: say("rating") }),
      it.rating ? el("p", { text: `${"★".repeat(it.rating.stars)}${"☆".repeat(5 - it.rating.stars)}` }) : el("p", { className: "faint small", text: say("no_rating") }),
      it.rating?.comment ? el("p", { className: "quote", dir: "auto", text: it.rating.comment }) : null,
      others.length ? el("h3", { text: say("others") }) : null,
      others.length ? el("ul", { className: "plain-list", children: others }) : null,
    ].filter(Boolean));
  };

  // --- reading -----------------------------------------------------------------------------------
  const load = async (queue, { isMore = false } = {}) => {
    list.queue = queue;
    for (const button of root.querySelectorAll("[data-queue]")) button.setAttribute("aria-pressed", String(button.dataset.queue === queue));
    try {
      const search = at("find").value.trim();
      list.search = search;
      const page = await connection.command("queue", { queue, search, offset: isMore ? list.offset : 0 });
      if (list.queue !== queue || list.search !== search) return;
      list.show(page, { isMore });
      showCounts(page.counts);
    } catch (refusal) { if (refusal.code !== "connection") complain(refusal); }
  };
  const show = async (dialog, { isAgain = false } = {}) => {
    if (!isAgain) {
      if (open !== dialog) { thread.clear(); composer.switch(dialog); showDraft(null); }
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
      showContext(found.context);
      showHead();
      if (!isAgain) thread.toEnd();
      return fresh;
    } catch (refusal) { if (refusal.code !== "connection") complain(refusal); return 0; }
  };

  // --- doing --------------------------------------------------------------------------------------
  const move = async (command, fields = {}, words = "") => {
    if (!open) return;
    const dialog = open;
    try {
      const { row: fresh, counts: now, me: mine } = await connection.command(command, { dialog, ...fields });
      showMe(mine);
      list.update([fresh]);
      showCounts(now);
      showHead();
      if (words) notice(words, { isPassing: true });
      if (command === "take") { load("mine"); thread.toEnd(); if (matchMedia("(min-width: 56.01rem)").matches) at("words").focus(); }
    } catch (refusal) { complain(refusal); if (refusal.code !== "connection") show(dialog, { isAgain: true }); }
  };
  const can = (id) => !at(id).hidden && !at("talk-head").hidden;
  const take = () => { if (can("take")) move("take", {}, say("taken")); };
  const resolve = () => { if (can("resolve") && window.confirm(say("close_question"))) move("resolve", {}, say("resolved")); };
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
  const post = async (dialog, clientId, text, isNote = false, files = []) => {
    if (open === dialog) { thread.pending.set(clientId, { text, isNote, files }); thread.draw(); thread.toEnd(); }
    unsent.set(clientId, { dialog, text, isNote, files });
    const fields = isNote ? {} : { files: files.map((file) => file.uuid) };
    try {
      const { message, marks } = await connection.command(isNote ? "note" : "post", { dialog, client_id: clientId, text, ...fields });
      unsent.delete(clientId);
      if (open === dialog) { if (isNote) { thread.marks = marks; thread.toEnd(); } else thread.add([message]); }
    } catch (refusal) {
      if (refusal.code === "connection") return; // kept, and sent again with the same name when the connection is back
      unsent.delete(clientId);
      if (open === dialog) { thread.pending.set(clientId, { text, isNote, files, error: refusal.message || say("failed") }); thread.draw(); } else complain(refusal);
    }
  };
  const unsent = new Map();

  // --- what the server says --------------------------------------------------------------------------
  const on = (name, listener) => connection.addEventListener(name, ({ detail }) => listener(detail));
  on("ready", async (event) => {
    showMe(event.me);
    showCounts(event.counts);
    composer.replies = event.canned;
    composer.team = event.team;
    const known = new Map([...list.rows].map(([key, it]) => [key, it.last_seq]));
    await load(list.queue);
    if (open) await show(open, { isAgain: true });
    for (const [clientId, { dialog, text, isNote, files }] of [...unsent]) post(dialog, clientId, text, isNote, files);
    if (wasOnline) {
      const count = [...known].reduce((sum, [key, seq]) => sum + Math.max(0, (list.rows.get(key)?.last_seq ?? seq) - seq), 0);
      notice(say("restored", { count }), { isPassing: true });
    } else notice("");
    wasOnline = true;
  });
  on("mode", (mode) => { if (mode === "offline") notice(say(wasOnline ? "reconnecting" : "connecting")); if (mode === "gone") notice(say("gone")); });
  on("counts", ({ counts: now, me: mine }) => { showMe(mine); showCounts(now); });
  on("rows", ({ rows }) => { list.update(rows); if (open && rows.some((it) => it.dialog === open)) showHead(); });
  on("messages", ({ dialog, messages }) => { if (dialog === open) thread.add(messages); });
  on("marks", ({ dialog, marks, draft }) => { if (dialog === open) { thread.marks = marks; showDraft(draft); } });
  on("mentioned", ({ dialog, who }) => { ring(); toast(say("mentioned", { name: who })); if (!open) show(dialog); });
  on("shown", ({ dialog, seq }) => { if (dialog === open) thread.shown(seq); });
  let quiet = 0;
  const mention = (text) => { thread.say(text); clearTimeout(quiet); quiet = setTimeout(() => thread.say(""), 5_000); };
  on("typing", ({ dialog, sender }) => { if (dialog === open && sender === "customer") mention(say("typing")); });
  on("run", ({ dialog, state }) => { if (dialog === open) { if (state === "ended") thread.say(""); else mention(say("answering")); } });

  // --- what the operator does --------------------------------------------------------------------------
  list.addEventListener("choose", ({ detail }) => show(detail));
  list.addEventListener("more", () => load(list.queue, { isMore: true }));
  composer.addEventListener("send", ({ detail }) => post(detail.dialog, crypto.randomUUID?.() ?? `c-${Date.now()}-${Math.random().toString(36).slice(2)}`, detail.text, detail.isNote, detail.files));
  composer.addEventListener("turned", () => { showPlaceholder(); limitFiles(); });
  tray.addEventListener("change", () => { at("send").disabled = tray.isBusy; });
  let finding = 0;
  at("find").addEventListener("input", () => { clearTimeout(finding); finding = setTimeout(() => load(list.queue), 250); });
  composer.addEventListener("typing", () => connection.hint("typing", { dialog: open }));
  thread.addEventListener("again", ({ detail }) => { const it = thread.pending.get(detail); if (it) post(open, detail, it.text, it.isNote, it.files); });
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
  at("resolve").addEventListener("click", resolve);
  at("give-back").addEventListener("click", giveBack);
  at("pass").addEventListener("click", pass);
  at("draft-use").addEventListener("click", () => composer.fill(at("draft-text").textContent));
  at("pass-form").addEventListener("submit", () => move("transfer", { to: at("pass-to").value || null, note: at("pass-note").value.trim() }, say("passed")));
  at("back-form").addEventListener("submit", () => move("give_back", { instruction: at("back-note").value.trim() }, say("given_back")));
  at("status").addEventListener("change", async ({ target }) => { try { showMe((await connection.command("status", { status: target.value })).me); } catch (refusal) { complain(refusal); } });

  // --- keys: by place, so that they work in every layout ---------------------------------------------------
  const KEYS = {
    KeyJ: () => { const next = list.step(1); if (next) show(next); }, KeyK: () => { const next = list.step(-1); if (next) show(next); },
    Digit1: () => load("waiting"), Digit2: () => load("mine"), Digit3: () => load("team"), Digit4: () => load("assistant"), Digit5: () => load("all"),
    KeyF: () => at("find").focus(),
    KeyN: () => { if (!at("composer").hidden) { composer.turn("note"); at("words").focus(); } },
    KeyT: take, KeyE: resolve, KeyA: giveBack, KeyP: pass,
    KeyR: () => { if (isMine()) { composer.turn("reply"); at("words").focus(); } },
    KeyD: () => { if (!at("draft").hidden) { composer.turn("reply"); composer.fill(at("draft-text").textContent); } },
    Slash: () => { if (isMine()) { composer.turn("reply"); composer.fill("/"); } },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "Escape") { if (isTyping) event.target.blur(); else view("list"); return; }
    if (isTyping) return;
    if (event.key === "?" || (event.shiftKey && event.code === "Slash") || (event.shiftKey && event.code === "Digit7" && event.key === "?")) { event.preventDefault(); at("keys").showModal(); return; }
    const act = event.shiftKey ? null : KEYS[event.code];
    if (act) { event.preventDefault(); act(); }
  });

  // A hint may have been lost: look at the queue again now and then, unless somebody has leafed through it.
  setInterval(() => { if (!document.hidden && list.offset <= desk.List.PAGE) load(list.queue); }, 60_000);

  notice(say("connecting"));
  connection.start();
})(window.otklikConsole);
