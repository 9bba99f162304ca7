// The chat: what the visitor does, what the server says, and who is in charge.
((widget) => {
  "use strict";
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const config = read("config"), words = read("words");
  const say = (widget.say = (name, facts = {}) => (words[name] ?? "").replace(/\{(\w+)\}/g, (_, key) => facts[key] ?? ""));
  const by = (id) => document.getElementById(id);
  const { chat, text, send, banner, thread: threadBox, scroll, hello, farewell, composer, counter, newer, call, menu, end, live } =
    Object.fromEntries(["chat", "text", "send", "banner", "thread", "scroll", "hello", "farewell", "composer", "counter", "newer", "call", "menu", "end", "live"].map((id) => [id, by(id)]));
  const { make } = widget;

  const SLOW_MS = 20_000, HOPELESS_MS = 120_000, RECENT_MS = 60_000, TYPING_MS = 3_000, TYPED_MS = 5_000;
  const NOTICE_MS = 6_000, PATIENCE_MS = 1_800, SHOWN_MS = 400, STALE_MS = 24 * 3_600_000;

  const storage = new widget.Storage(config.assistant);
  const outbox = new widget.Outbox(storage);
  const state = { dialog: null, status: "active", handoff: "none", operator: "", queue: null, awaited: 0, isOpen: window.parent === window, isFull: false };
  const dismissed = { uuid: storage.get("dismissed"), lastSeq: 0 };
  const isPersonWanted = () => state.handoff === "requested" || state.handoff === "active";
  const isClosed = () => state.status === "closed";
  const isVisible = () => state.isOpen && !document.hidden;

  // --- the page around us -----------------------------------------------------------------------
  const page = new widget.Page({
    origins: config.origins,
    urls: config.urls,
    hear: {
      open({ focus }) {
        state.isOpen = true;
        showSeen();
        connection.nudge();
        if (focus) focusText();
      },
      close() { state.isOpen = false; },
      layout({ full }) { state.isFull = Boolean(full); document.documentElement.classList.toggle("full", state.isFull); },
      send({ text: words_ }) { if (typeof words_ === "string" && words_.trim()) write(words_.trim()); },
      handoff() { if (!isPersonWanted()) askPerson(); },
      identify: (who) => identify(who),
      dress({ settings }) { if (page.origin === location.origin) dress(settings); }, // the editor of the look, beside its form
      context({ context }) { facts = context; tellFacts(); },
      reset() { forgetVisitor(); },
    },
  });
  const tell = (type, detail) => page.tell(type, detail);
  const focusText = () => { if (matchMedia("(pointer: fine)").matches && !composer.hidden) text.focus({ preventScroll: true }); else chat.focus({ preventScroll: true }); };

  /** Become the customer whom the shop's server vouches for; asked once per browser and person. */
  const identify = async ({ user_id = "", name = "", email = "", phone = "", signature = "" }) => {
    const claim = { user_id: String(user_id), name: String(name), email: String(email), phone: String(phone), signature: String(signature) };
    const known = storage.get("identity");
    if (known?.claim === JSON.stringify(claim) && storage.get("token")) { tell("identified", { visitor: known.visitor }); return; }
    for (let wait = 1_000; ; wait *= 2) {
      try {
        const { visitor } = await connection.identify(claim);
        storage.set("identity", { claim: JSON.stringify(claim), visitor });
        tell("identified", { visitor });
        return;
      } catch (refusal) {
        if (refusal.code !== "connection" || wait > 32_000) { complain(refusal, "identified"); return; }
        await new Promise((done) => { setTimeout(done, wait); });
      }
    }
  };
  const complain = ({ code, message }, as = "error") => {
    tell("error", { code, title: message });
    if (as !== "error") tell(as, { code, title: message });
  };

  /** What the page says about the visit goes with the conversation, as soon as there is one. */
  let facts = null, toldFacts = "";
  const tellFacts = () => {
    const telling = JSON.stringify([state.dialog, facts]);
    if (!facts || !state.dialog || telling === toldFacts || !connection.isOpen) return;
    toldFacts = telling;
    connection.command("set_context", { facts }).catch((refusal) => { if (refusal.code === "connection") toldFacts = ""; else complain(refusal); });
  };

  // --- parts --------------------------------------------------------------------------------------
  const connection = new widget.Connection({
    urls: config.urls,
    storage,
    language: config.language,
    lastSeq: () => (dismissed.uuid ? dismissed.lastSeq : thread.contiguous),
    ticket: () => page.ticket(),
  });
  const thread = new widget.Thread({
    scroll, thread: threadBox, hello, say, language: config.language, name: config.name,
    actions: {
      rate: async (message, rating, comment) => {
        await attempt(() => connection.command("rate", { message: message.uuid, rating, comment }));
        tell("rating", { kind: "answer", rating });
      },
      retry: (item) => { Object.assign(item, { state: "waiting", reason: "" }); outbox.save(); thread.pend(item); flush(); },
      remove: (item) => { outbox.settle(item.client_id); thread.unpend(item.client_id); layout(); },
      call: () => askPerson(),
      file: (file) => attempt(() => connection.file(file.uuid)),
    },
  });
  const tray = new OtklikFiles.Tray({
    box: by("tray"), input: by("pick"), button: by("attach"), zone: chat, text, say, limits: config.files,
    upload: (file, options) => connection.upload(file, options), discard: (file) => connection.discard(file.uuid),
  });
  tray.addEventListener("change", () => layoutSend());
  const attempt = async (work) => {
    try { return await work(); } catch (refusal) {
      notice(words[refusal.code] || refusal.message || say("failure"), { isProblem: true });
      complain(refusal);
      throw refusal;
    }
  };

  const offers = new widget.Offers({ box: by("offers"), say, choose: (choice, facts) => attempt(() => connection.command("choose", { choice, ...facts })) });

  // --- banner -----------------------------------------------------------------------------------------
  let passing = null, patience = 0;
  const notice = (words_, { isProblem = false } = {}) => {
    clearTimeout(passing?.timer);
    passing = { text: words_, kind: isProblem ? "problem" : "news", timer: setTimeout(() => { passing = null; layout(); }, NOTICE_MS) };
    layout();
  };
  const moment = (iso) => new Date(iso).toLocaleString(config.language, { weekday: "short", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });
  const whereInQueue = () => {
    const { queue } = state;
    if (!queue) return say("waiting");
    if (!queue.is_staffed) return queue.opens_at ? `${say("unstaffed")} ${say("back_at", { moment: moment(queue.opens_at) })}` : say("unstaffed");
    const place = queue.position > 1 ? say("place", { position: queue.position }) : say("next");
    return queue.wait_seconds === null ? `${place} ${say("waiting")}` : `${place} ${say("usual_wait", { minutes: Math.max(1, Math.round(queue.wait_seconds / 60)) })}`;
  };
  const standing = () => {
    const { mode } = connection;
    if (mode === "gone") return { text: say("gone"), kind: "problem" };
    if (mode === "offline" || (mode === "reconnecting" && navigator.onLine === false)) return { text: say("offline"), kind: "problem" };
    if (mode === "reconnecting" && Date.now() - patience > PATIENCE_MS) return { text: say("reconnecting"), kind: "problem", isBusy: true };
    if (passing) return passing;
    if (state.handoff === "requested" && !isClosed()) return { text: whereInQueue(), kind: "news", isBusy: true };
    return null;
  };

  /** Bring every part of the screen in line with what is known. */
  const layout = () => {
    const { mode } = connection, shown = standing();
    banner.hidden = !shown;
    if (shown) { banner.className = `banner ${shown.kind}${shown.isBusy ? " busy" : ""}`; if (by("banner-text").textContent !== shown.text) by("banner-text").textContent = shown.text; }
    const isPerson = state.handoff === "active" && !isClosed();
    by("lamp").className = `lamp ${mode === "online" || mode === "polling" ? (isPerson ? "person" : "on") : "off"}`;
    by("status").textContent = isClosed() ? say("closed") : mode === "connecting" ? say("connecting") : isPerson ? say("joined", { name: state.operator || say("person") }) : config.look.subtitle || say("answers");
    by("initial").textContent = ((isPerson && state.operator) || config.name).trim().slice(0, 1).toUpperCase();
    hello.classList.toggle("compact", !thread.isEmpty);
    by("chips").hidden = !thread.isEmpty;
    call.hidden = !config.handoff || isPersonWanted() || isClosed() || mode === "gone";
    threadBox.classList.toggle("can-call", !call.hidden);
    end.disabled = thread.isEmpty || isClosed();
    by("save").disabled = by("mail").disabled = thread.isEmpty || !state.dialog;
    by("choice").hidden = !thread.isEmpty || call.hidden;
    composer.hidden = isClosed() || mode === "gone";
    farewell.hidden = !isClosed();
    offers.show(state.handoff === "requested" && !isClosed() ? state.queue : null);
    layoutSend();
  };
  const layoutSend = () => {
    const isAnswering = Boolean(state.awaited || thread.isLive) && !isPersonWanted();
    const isStop = isAnswering && !text.value.trim() && tray.isEmpty;
    send.classList.toggle("stop", isStop);
    by("send-icon").toggleAttribute("hidden", isStop);
    by("stop-icon").toggleAttribute("hidden", !isStop);
    send.title = isStop ? say("stop") : say("send");
    send.setAttribute("aria-label", send.title);
    send.disabled = !isStop && (!(text.value.trim() || tray.isReady) || tray.isBusy || excess() > 0);
  };

  // --- writing --------------------------------------------------------------------------------------
  const length = (value) => (value.length > config.limit / 2 ? Array.from(value).length : value.length);
  const excess = () => length(text.value.trim()) - config.limit;
  const grow = () => {
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight, 132)}px`;
    const over = excess();
    counter.hidden = over < -config.limit / 10;
    counter.classList.toggle("over", over > 0);
    counter.textContent = counter.hidden ? "" : over > 0 ? say("over", { count: over }) : say("left", { count: -over });
    layoutSend();
  };
  let keepDraft = 0, typedAt = 0;
  text.addEventListener("input", () => {
    grow();
    clearTimeout(keepDraft);
    keepDraft = setTimeout(() => storage.set("draft", text.value), 300);
    if (isPersonWanted() && Date.now() - typedAt > TYPING_MS) { typedAt = Date.now(); connection.hint("typing"); }
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) { event.preventDefault(); composer.requestSubmit(); }
  });
  composer.addEventListener("submit", (event) => {
    event.preventDefault();
    const value = text.value.trim();
    if (!value && !tray.isReady) { if (send.classList.contains("stop")) stop(); return; }
    if (excess() > 0 || tray.isBusy) return;
    text.value = "";
    clearTimeout(keepDraft);
    storage.remove("draft");
    grow();
    write(value, tray.take());
    text.focus({ preventScroll: true });
  });

  const write = (value, files = []) => {
    const item = outbox.add(value, files);
    tell("known");
    if (isClosed()) restart();
    thread.pend(item);
    layout();
    flush();
  };

  let isFlushing = false;
  /** Send what waits, one after the other, each until the server has it. */
  const flush = async () => {
    if (isFlushing || !connection.isOpen) return;
    isFlushing = true;
    try {
      for (let item = outbox.next(); item && connection.isOpen; item = outbox.next()) {
        try {
          const { message } = await connection.command("post", { client_id: item.client_id, text: item.text, files: (item.files ?? []).map((file) => file.uuid) });
          confirm(item, message);
        } catch (refusal) { if (!(await refused(item, refusal))) break; }
      }
    } finally { isFlushing = false; }
  };
  const confirm = (item, message) => {
    outbox.settle(item.client_id);
    const known = thread.at(message.seq);
    const isNewDialog = !state.dialog || isClosed() || (known && known.uuid !== message.uuid);
    if (isNewDialog && (dismissed.uuid || isClosed() || known)) begin();
    receive({ ...message, client_id: item.client_id });
    if (isNewDialog) connection.greet();
  };
  /** Decide what becomes of a refused message; returns whether to go on with the next. */
  const refused = async (item, refusal) => {
    if (refusal.code === "connection") return false;
    if (refusal.code === "too_many_messages" || refusal.status === 429) {
      Object.assign(item, { reason: say("too_many_messages") });
      thread.pend(item);
      await new Promise((done) => { setTimeout(done, Math.min(60, refusal.seconds || 5) * 1000); });
      item.reason = "";
      return true;
    }
    const isFinal = ["message_too_long", "message_unreadable", "message_empty", "invalid", "file_missing", "too_many_files"].includes(refusal.code);
    Object.assign(item, { state: "failed", isFinal, reason: words[refusal.code] || (isFinal && refusal.message) || say("failed") });
    outbox.save();
    thread.pend(item);
    return true;
  };

  // --- what the server says -------------------------------------------------------------------
  const hear = {
    ready(event) {
      if (event.dialog && event.dialog === dismissed.uuid) { dismissed.lastSeq = event.last_seq; settle(null); return; }
      const hasMoved = (state.dialog !== null && event.dialog !== state.dialog) || Boolean(dismissed.uuid && event.dialog);
      if (hasMoved) begin();
      const isFirst = state.dialog === null;
      state.dialog = event.dialog;
      if (event.dialog) tell("known");
      const news = event.messages.filter((message) => receive(message, { isQuiet: isFirst && thread.messages.length > 0 })).filter((message) => message.sender !== "customer");
      if (hasMoved && event.last_seq && thread.contiguous < event.last_seq) connection.catchUp(0);
      settle(event.state);
      if (event.run?.run) { expect(); if (event.run.text) thread.stream(event.run.run, 0, event.run.text); } else if (thread.isLive) thread.drop();
      const { last } = thread;
      if (!event.run && last?.sender === "customer" && isRecent(last) && last.seq > stoppedSeq) expect();
      if (!event.run && last && last.sender !== "customer") relax();
      if (isFirst && last && !isRecent(last)) thread.toEnd(); else if (news.length && wasAway) notice(say("restored", { count: news.length }));
      wasAway = false;
      if (isClosed() && last && Date.now() - Date.parse(last.created_at) > STALE_MS) restart();
      if (connection.mode === "polling") flush();
      tellFacts();
      refresh(event.widget_version);
    },
    message(event) { receive(event); fill(event.seq); },
    run(event) {
      if (event.state === "started") expect();
      else if (event.state === "delta") {
        if (state.status === "closed") return;
        if (!thread.stream(event.run, event.offset, event.text)) expect();
        layout();
      } else if (event.state === "ended") {
        if (event.outcome === "newer_message") { thread.drop(); expect(); return; }
        setTimeout(() => { if (thread.liveRun === event.run) { thread.drop(); connection.catchUp(thread.contiguous); } }, 2_000);
        if (event.status !== "done") { if (thread.liveRun === event.run || !thread.isLive) thread.drop(); }
        relax({ keep: true });
      }
    },
    state(event) { settle(event); fill(event.last_seq); },
    typing({ sender }) {
      if (sender !== "operator") return;
      const who = state.operator || say("operator");
      thread.wait(who, `${who} ${say("typing")}`);
      clearTimeout(typed);
      typed = setTimeout(() => { if (!state.awaited) thread.drop(); }, TYPED_MS);
    },
    heartbeat({ last_seq, widget_version }) { fill(last_seq); refresh(widget_version); },
  };
  let stoppedSeq = 0, typed = 0, slow = 0, hopeless = 0, wasAway = false;
  const isRecent = (message) => Date.now() - Date.parse(message.created_at) < RECENT_MS;
  const fill = (lastSeq) => { if (!dismissed.uuid && lastSeq > thread.contiguous && !thread.isEmpty) connection.catchUp(thread.contiguous); };

  /** An answer of the assistant is on its way. */
  const expect = () => {
    if (isPersonWanted() || isClosed()) return;
    thread.wait(config.name, say("thinking"));
    if (!state.awaited) {
      state.awaited = Date.now();
      slow = setTimeout(() => thread.wait(config.name, say("slow")), SLOW_MS);
      hopeless = setTimeout(relax, HOPELESS_MS);
    }
    connection.isBusy = true;
    layout();
  };
  const relax = ({ keep = false } = {}) => {
    clearTimeout(slow);
    clearTimeout(hopeless);
    state.awaited = 0;
    connection.isBusy = false;
    if (!keep || !thread.isLive) thread.drop();
    layout();
  };

  /** Take a message in; returns whether it was new. */
  const receive = (message, { isQuiet = false } = {}) => {
    if (message.client_id) { outbox.settle(message.client_id); if (thread.unpend(message.client_id)) isQuiet = true; }
    const isOld = !isRecent(message);
    if (!thread.add(message, { isQuiet: isQuiet || isOld })) return false;
    if (message.sender === "customer") { if (message === thread.last && !isOld && !isPersonWanted() && !isClosed()) expect(); } else {
      if (message === thread.last) { clearTimeout(typed); relax(); }
      if (!isOld) {
        live.textContent = `${message.author || (message.sender === "assistant" ? config.name : "")}${message.sender === "system" ? "" : ": "}${plain(message)}`;
        tell("message", { sender: message.sender });
      }
      if (!thread.isFollowing) { newer.hidden = false; by("newer-text").textContent = say("newer"); }
    }
    showSeen();
    layout();
    return true;
  };
  const plain = ({ sender, text: words_, files = [] }) => (sender === "assistant" ? make("div", "", widget.markdown(words_)).textContent : [...files.map((file) => `[${file.name}]`), words_].filter(Boolean).join(" "));

  const settle = (next) => {
    const before = state.handoff, wasClosed = isClosed();
    Object.assign(state, { status: "active", handoff: "none", operator: "", queue: null }, next && { status: next.status, handoff: next.handoff, operator: next.operator, queue: next.queue ?? null });
    if (before === "active" && state.handoff !== "active" && state.handoff !== "requested" && !isClosed() && connection.mode === "online") notice(say("returned"));
    if (before !== state.handoff) tell("handoff", { state: state.handoff, operator: state.operator });
    if (isPersonWanted() && state.awaited) relax();
    if (isClosed() && !wasClosed) { relax(); sayGoodbye(); }
    layout();
  };
  /** Clear the screen for a conversation that is not the one shown. */
  const begin = () => {
    thread.clear();
    stoppedSeq = 0;
    Object.assign(state, { dialog: null, status: "active", handoff: "none", operator: "", queue: null });
    dismissed.uuid = null;
    storage.remove("dismissed");
    layout();
  };
  /** Leave a closed conversation behind; the next message begins a new one. */
  const restart = () => {
    const { dialog } = state, lastSeq = thread.contiguous;
    begin();
    if (dialog) { Object.assign(dismissed, { uuid: dialog, lastSeq }); storage.set("dismissed", dialog); }
    newer.hidden = true;
    layout();
    focusText();
  };

  const sayGoodbye = () => {
    const button = (label, work) => { const made = widget.button("secondary", label, work); made.textContent = label; return made; };
    const rate = async (rating, comment) => {
      await attempt(() => connection.command("rate_dialog", { rating, comment }));
      tell("rating", { kind: "conversation", rating });
    };
    const stars = widget.stars({ say, rate });
    farewell.replaceChildren(make("h2", "", words.rate_title), stars, button(say("mail"), () => sheet.mail(state.dialog)), button(say("again"), restart));
  };

  // --- what was seen ------------------------------------------------------------------------------
  let showing = 0;
  const seenSeq = () => { const seen = storage.get("seen"); return seen && seen.dialog === state.dialog ? seen.seq : 0; };
  const showSeen = () => {
    clearTimeout(showing);
    showing = setTimeout(() => {
      const { last } = thread;
      if (last && isVisible() && (thread.isFollowing || thread.isAtEnd) && last.seq > seenSeq()) {
        storage.set("seen", { dialog: state.dialog, seq: last.seq });
        connection.hint("shown", { seq: last.seq });
      }
      const seen = seenSeq();
      tell("unread", { count: isVisible() ? 0 : thread.messages.filter((m) => m.seq > seen && (m.sender === "assistant" || m.sender === "operator")).length });
    }, SHOWN_MS);
  };
  document.addEventListener("visibilitychange", showSeen);
  scroll.addEventListener("scroll", () => { thread.noticeScroll(); if (thread.isAtEnd) { newer.hidden = true; showSeen(); } }, { passive: true });
  newer.addEventListener("click", () => { thread.toEnd(); newer.hidden = true; });

  // --- commands -----------------------------------------------------------------------------------
  const stop = async () => { try { await attempt(() => connection.command("stop")); stoppedSeq = thread.last?.seq ?? 0; if (!thread.isLive) relax(); } catch { /* told */ } };
  const askPerson = async () => {
    call.disabled = true;
    tell("known");
    try {
      await attempt(() => connection.command("ask_person"));
      if (!state.dialog) connection.greet();
    } catch { /* told */ } finally { call.disabled = false; }
  };
  call.addEventListener("click", askPerson);
  by("ask-person").addEventListener("click", askPerson);
  by("ask-assistant").addEventListener("click", () => text.focus({ preventScroll: true }));
  by("shut").addEventListener("click", () => tell("close"));
  const forgetVisitor = () => { for (const name of ["token", "identity", "outbox", "draft", "seen", "dismissed"]) storage.remove(name); location.reload(); };
  const sheet = new widget.Sheet({
    box: by("sheet"), behind: [...chat.children].filter((part) => part.id !== "sheet" && part.id !== "live"),
    say, language: config.language, connection, notice, erased: forgetVisitor,
  });
  const fromMenu = (id, work) => by(id).addEventListener("click", () => { menu.open = false; menu.querySelector("summary").focus(); work(); });
  fromMenu("history", () => sheet.history((message) => thread.draw(message)));
  fromMenu("mail", () => sheet.mail(state.dialog));
  fromMenu("forget", () => sheet.forget());
  const endLabel = end.textContent;
  menu.addEventListener("toggle", () => { end.textContent = endLabel; end.classList.remove("sure"); });
  end.addEventListener("click", async () => {
    if (!end.classList.contains("sure")) { end.classList.add("sure"); end.textContent = say("confirm_end"); return; }
    menu.open = false;
    try { await attempt(() => connection.command("close")); } catch { /* told */ }
  });
  by("save").addEventListener("click", () => {
    menu.open = false;
    const lines = thread.messages.map((m) => `[${new Date(m.created_at).toLocaleString(config.language)}] ${m.sender === "system" ? "—" : m.sender === "customer" ? say("you") : m.author || (m.sender === "assistant" ? config.name : say("operator"))}: ${plain(m)}`);
    const a = make("a");
    a.href = URL.createObjectURL(new Blob([lines.join("\n\n")], { type: "text/plain;charset=utf-8" }));
    a.download = `${config.name} - ${say("transcript")} ${new Date().toISOString().slice(0, 10)}.txt`;
    a.click();
    setTimeout(() => URL.revokeObjectURL(a.href), 10_000);
  });
  document.addEventListener("click", (event) => { if (menu.open && !menu.contains(event.target)) menu.open = false; });
  /** Keep Tab inside what covers the page. */
  const keepFocus = (event, box) => {
    if (event.key !== "Tab") return;
    const stops = [...box.querySelectorAll("a[href], button, input, textarea, summary, [tabindex='0']")].filter((node) => !node.disabled && node.offsetParent !== null);
    const [first, last] = [stops[0], stops.at(-1)];
    if (event.shiftKey ? document.activeElement === first : document.activeElement === last) { event.preventDefault(); (event.shiftKey ? last : first).focus(); }
  };
  document.addEventListener("keydown", (event) => {
    if (sheet.isOpen) { if (event.key === "Escape") sheet.close(); else keepFocus(event, by("sheet")); return; }
    if (event.key === "Escape") { if (menu.open) { menu.open = false; menu.querySelector("summary").focus(); } else tell("close"); return; }
    if (state.isFull) keepFocus(event, chat);
  });

  // --- settings that the seller changed meanwhile: the chat and the button change on the open page ----
  const dress = (settings) => {
    Object.assign(config, settings);
    widget.dress(config, { words, write });
    layout();
  };
  const refresh = async (version) => {
    if (!(version > config.version)) return;
    const seen = config.version;
    config.version = version; // asked for once, however many hints there are
    try {
      const response = await fetch(`${config.urls.config}?language=${config.language}`, { credentials: "omit", cache: "no-store" });
      dress((await response.json()).frame);
      tell("look", { look: config.look });
    } catch { config.version = seen; }
  };

  // --- begin -------------------------------------------------------------------------------------
  by("shut").hidden = !page.origin;
  widget.dress(config, { words, write });
  text.value = storage.get("draft", "");
  for (const item of outbox.items) thread.pend(item);
  connection.addEventListener("hint", ({ detail }) => hear[detail.type]?.(detail));
  connection.addEventListener("mode", ({ detail }) => {
    if (detail === "reconnecting") { patience = Date.now(); wasAway = true; setTimeout(layout, PATIENCE_MS + 50); if (thread.isLive) thread.drop(); }
    if (detail === "polling") notice(say("polling"));
    layout();
    if (connection.isOpen) flush();
  });
  grow();
  layout();
  tell("ready");
  connection.start();
})((globalThis.OtklikWidget ||= {}));
