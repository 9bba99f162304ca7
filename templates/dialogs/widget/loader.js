// Otklik: the button on the seller's page and the frame behind it. Nothing else of the page is touched.
(() => {
  "use strict";
  const config = {{ config|safe }};
  const KEY = "__otklik";
  if (window[KEY]) return; // the script is on the page twice
  window[KEY] = config.assistant;

  const script = document.currentScript;
  const address = script && new URL(script.src, location.href);
  const origin = address && address.pathname.endsWith(`/widget/${config.assistant}.js`) ? address.origin : config.origin;
  let language = config.language, words = config.words[language], look = config.look;
  const narrow = matchMedia("(max-width: 480px), (max-height: 480px) and (pointer: coarse)");

  // --- storage: whether this visitor has talked here before, so that unread answers show ---
  const MARK = `otklik.${config.assistant}.known`;
  const remembered = () => { try { return localStorage.getItem(MARK) === "1"; } catch { return false; } };
  const remember = () => { try { localStorage.setItem(MARK, "1"); } catch { /* blocked: the badge waits for a click */ } };

  // --- the launcher, in a shadow tree where the page's styles do not reach ----------------
  const STYLE = `
    :host { all: initial; }
    * { box-sizing: border-box; }
    .launcher { position: fixed; z-index: 2147483000; bottom: max(20px, env(safe-area-inset-bottom)); width: 60px; height: 60px; margin: 0; padding: 0; border: 0; border-radius: 50%; background: var(--color); color: var(--ink); cursor: pointer; box-shadow: 0 2px 6px rgb(0 0 0 / 18%), 0 10px 28px rgb(0 0 0 / 22%); transition: transform 160ms ease, box-shadow 160ms ease; -webkit-tap-highlight-color: transparent; }
    .right .launcher { right: max(20px, env(safe-area-inset-right)); }
    .left .launcher { left: max(20px, env(safe-area-inset-left)); }
    .launcher:hover { transform: translateY(-2px); }
    .launcher:active { transform: scale(0.95); }
    .launcher:focus-visible { outline: 3px solid var(--ink); outline-offset: -6px; box-shadow: 0 0 0 3px var(--color), 0 10px 28px rgb(0 0 0 / 22%); }
    .launcher svg { position: absolute; inset: 0; width: 28px; height: 28px; margin: auto; fill: none; stroke: currentcolor; stroke-width: 1.9; stroke-linecap: round; stroke-linejoin: round; transition: opacity 140ms ease, transform 180ms ease; }
    .launcher .cross { opacity: 0; transform: rotate(-60deg) scale(0.6); }
    .open .launcher .cross { opacity: 1; transform: none; }
    .open .launcher .talk { opacity: 0; transform: rotate(60deg) scale(0.6); }
    .launcher.wide { display: flex; gap: 9px; align-items: center; width: auto; max-width: calc(100vw - 40px); padding: 0 22px 0 18px; border-radius: 30px; font: 600 16px/1.2 system-ui, sans-serif; }
    .launcher.wide svg { position: static; flex: none; margin: 0; }
    .launcher.wide .cross, .open .launcher.wide .talk { display: none; }
    .open .launcher.wide .cross { display: block; }
    .text { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .text:empty, .open .text { display: none; }
    .gone .launcher, .gone .panel { display: none; }
    .badge { position: absolute; top: -3px; right: -3px; min-width: 22px; height: 22px; padding: 0 6px; border: 2px solid #fff; border-radius: 11px; background: #d3302f; color: #fff; font: 700 12px/18px system-ui, sans-serif; text-align: center; }
    .badge[hidden] { display: none; }
    .panel { position: fixed; z-index: 2147483001; bottom: calc(max(20px, env(safe-area-inset-bottom)) + 74px); width: min(380px, calc(100vw - 32px)); height: min(620px, calc(100vh - 120px)); border: 0; border-radius: 18px; overflow: hidden; background: transparent; box-shadow: 0 0 0 1px rgb(0 0 0 / 6%), 0 4px 12px rgb(0 0 0 / 10%), 0 24px 64px rgb(0 0 0 / 24%); color-scheme: normal; transform-origin: bottom right; transition: opacity 160ms ease, transform 180ms cubic-bezier(0.2, 0.8, 0.2, 1), visibility 0s; }
    .right .panel { right: max(20px, env(safe-area-inset-right)); }
    .left .panel { left: max(20px, env(safe-area-inset-left)); transform-origin: bottom left; }
    .panel.shut { visibility: hidden; opacity: 0; transform: translateY(12px) scale(0.97); pointer-events: none; transition: opacity 140ms ease, transform 140ms ease, visibility 0s 140ms; }
    .full .panel { inset: 0; width: 100%; height: 100%; height: var(--height, 100dvh); top: var(--top, 0); border-radius: 0; box-shadow: none; }
    .full.open .launcher { display: none; }
    @media (prefers-reduced-motion: reduce) { .launcher, .launcher svg, .panel, .panel.shut { transition: none; } }
    @media (forced-colors: active) { .launcher { border: 2px solid; } }
    @media print { .launcher, .panel { display: none; } }
  `;
  const SVG = "http://www.w3.org/2000/svg";
  const drawing = (name, d) => {
    const svg = document.createElementNS(SVG, "svg");
    const path = document.createElementNS(SVG, "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("class", name);
    path.setAttribute("d", d);
    svg.append(path);
    return svg;
  };

  const host = document.createElement("div");
  host.id = "otklik-widget";
  const shadow = host.attachShadow({ mode: "open" });
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    shadow.adoptedStyleSheets = [sheet];
  } catch {
    const style = document.createElement("style");
    style.textContent = STYLE;
    shadow.append(style);
  }
  const root = document.createElement("div");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "launcher";
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-haspopup", "dialog");
  const text = document.createElement("span");
  text.className = "text";
  text.dir = "auto";
  const badge = document.createElement("span");
  badge.className = "badge";
  badge.hidden = true;
  badge.setAttribute("aria-hidden", "true");
  button.append(
    drawing("talk", "M5.5 4.5h13a2.5 2.5 0 0 1 2.5 2.5v7.5a2.5 2.5 0 0 1-2.5 2.5H12l-5 4v-4H5.5A2.5 2.5 0 0 1 3 14.5V7a2.5 2.5 0 0 1 2.5-2.5zM8 9.2h8M8 12.6h5"),
    drawing("cross", "M6 6l12 12M18 6L6 18"),
    text,
    badge,
  );
  root.append(button);
  shadow.append(root);

  // --- what the page may listen to ----------------------------------------------------------
  const listeners = {};
  const emit = (name, detail) => {
    for (const listener of listeners[name] || []) {
      try { listener(detail); } catch (error) { setTimeout(() => { throw error; }); }
    }
  };

  let frame = null, isReady = false, isOpen = false, unread = 0, scrolling = null, isHidden = false;
  let identity = null, context = null, waiting = []; // what the chat is told when it is there
  const tell = (type, detail) => {
    if (frame && isReady) frame.contentWindow.postMessage({ otklik: 1, type, ...detail }, origin);
  };
  /** Tell the chat, now or as soon as it is there. */
  const command = (type, detail) => { load(); if (isReady) tell(type, detail); else waiting.push([type, detail]); };
  const draw = () => {
    host.lang = language;
    root.style.setProperty("--color", look.color);
    root.style.setProperty("--ink", look.ink);
    root.classList.toggle("left", look.position === "left");
    root.classList.toggle("right", look.position !== "left");
    root.classList.toggle("gone", isHidden || isHiddenHere());
    text.textContent = look.launcher;
    button.classList.toggle("wide", Boolean(look.launcher));
  };
  /** Whether the seller keeps this page free of the chat: /checkout, or /account/* with all below it. */
  const isHiddenHere = () => look.hidden_on.some((rule) => {
    const path = rule.replace(/\*+$/, ""), here = location.pathname;
    return rule.endsWith("*") ? here.startsWith(path) : here.replace(/\/$/, "") === path.replace(/\/$/, "");
  });
  const describe = () => {
    const text = isOpen ? words.close : words.open;
    button.setAttribute("aria-label", unread && !isOpen ? `${text}. ${words.unread.replace("{count}", unread)}` : text);
    badge.textContent = unread > 99 ? "99+" : String(unread);
    badge.hidden = !unread || isOpen;
  };
  // --- a visit needs a ticket: fetched here, because the browser says from which website it is asked ---
  const fetchTicket = async () => {
    let answer = {};
    try {
      const response = await fetch(origin + config.ticket, { method: "POST", credentials: "omit", cache: "no-store" });
      answer = await response.json();
      if (answer.code === "origin_refused") console.warn(`Otklik: ${answer.title}`);
    } catch { /* no network, or the page's own policy: the chat asks again */ }
    const { ticket, code, title } = answer;
    tell("ticket", { ticket, code, title });
  };
  const load = () => {
    if (frame) return;
    frame = document.createElement("iframe");
    frame.className = "panel shut";
    frame.allow = "clipboard-write";
    aim();
    root.append(frame);
  };
  const aim = () => {
    isReady = false;
    frame.title = `${words.title}: ${look.title}`;
    frame.src = `${origin}${config.frame}?language=${language}#${new URLSearchParams({ origin: location.origin })}`;
  };
  const fit = () => {
    root.classList.toggle("full", narrow.matches);
    const view = window.visualViewport;
    const keyboard = isOpen && narrow.matches && view && view.scale === 1;
    root.style.setProperty("--height", keyboard ? `${view.height}px` : "100dvh");
    root.style.setProperty("--top", keyboard ? `${view.offsetTop}px` : "0px");
    const page = document.documentElement.style;
    const covers = isOpen && narrow.matches;
    if (covers && scrolling === null) { scrolling = page.overflow; page.overflow = "hidden"; }
    if (!covers && scrolling !== null) { page.overflow = scrolling; scrolling = null; }
    tell("layout", { full: narrow.matches });
  };
  const turn = (open, { focus = true } = {}) => {
    load();
    if (open && isHiddenHere()) return;
    if (open && isHidden) { isHidden = false; draw(); }
    if (open === isOpen) { if (open && focus) { frame.focus(); tell("open", { focus }); } return; }
    isOpen = open;
    root.classList.toggle("open", open);
    frame.classList.toggle("shut", !open);
    button.setAttribute("aria-expanded", String(open));
    fit();
    describe();
    tell(open ? "open" : "close", { focus });
    if (open && focus) frame.focus(); else if (!open && focus) button.focus({ preventScroll: true });
    emit(open ? "open" : "close");
  };

  button.addEventListener("click", () => turn(!isOpen));
  button.addEventListener("pointerenter", load, { once: true });
  addEventListener("keydown", (event) => { if (event.key === "Escape" && isOpen && event.composedPath().includes(button)) turn(false); });
  addEventListener("message", (event) => {
    if (!frame || event.origin !== origin || event.source !== frame.contentWindow) return;
    const message = event.data;
    if (!message || message.otklik !== 1) return;
    if (message.type === "ready") {
      isReady = true;
      fit();
      tell(isOpen ? "open" : "close", { focus: isOpen && shadow.activeElement === frame });
      if (identity) tell("identify", identity);
      if (context) tell("context", { context });
      for (const [type, detail] of waiting.splice(0)) tell(type, detail);
      emit("ready");
    } else if (message.type === "close") turn(false);
    else if (message.type === "open") turn(true);
    else if (message.type === "known") remember();
    else if (message.type === "ticket") fetchTicket();
    else if (message.type === "unread") {
      unread = Math.max(0, Number(message.count) || 0);
      describe();
      emit("unread", unread);
    } else if (message.type === "look") { look = { ...look, ...message.look }; draw(); describe(); }
    else if (message.type === "identified") settle(message);
    else if (["message", "handoff", "rating", "error"].includes(message.type)) {
      const { otklik, type, ...detail } = message;
      emit(type, detail);
    }
  });
  const watch = narrow.addEventListener ? (f) => narrow.addEventListener("change", f) : (f) => narrow.addListener(f);
  watch(fit);
  window.visualViewport?.addEventListener("resize", fit);
  window.visualViewport?.addEventListener("scroll", fit);

  const start = () => {
    document.body.append(host);
    draw();
    fit();
    describe();
    let here = location.href; // pages that change without loading
    if (look.hidden_on.length) setInterval(() => { if (here !== location.href) { here = location.href; draw(); } }, 500);
    const wish = script?.dataset.open;
    if (wish !== undefined && !(wish === "wide" && narrow.matches)) turn(true, { focus: false });
    else if (remembered()) (window.requestIdleCallback || ((f) => setTimeout(f, 1500)))(load);
  };

  // --- window.Otklik: commands queued before this script arrived are obeyed now ---------------
  let settle = () => {};
  const commands = {
    open: () => turn(true),
    close: () => turn(false),
    toggle: () => turn(!isOpen),
    show() { isHidden = false; draw(); },
    hide() { turn(false, { focus: false }); isHidden = true; draw(); },
    /** Say who the visitor is: {user_id, name, email, phone, signature}; resolves when the server agrees. */
    identify(who) {
      identity = { ...who };
      return new Promise((resolve, reject) => {
        settle = ({ code, title, visitor }) => {
          settle = () => {};
          if (!code) return resolve({ visitor });
          identity = null;
          reject(Object.assign(new Error(title), { code }));
        };
        load();
        tell("identify", identity);
      });
    },
    /** What operators should know of this page: {order: "1042", page: "cart"}. */
    setContext(facts) { context = { ...facts }; tell("context", { context }); },
    sendMessage(words_) { command("send", { text: String(words_) }); },
    startHandoff() { turn(true); command("handoff"); },
    /** Forget the visitor on this device, say when they log out. */
    reset() { identity = context = null; waiting = []; unread = 0; describe(); command("reset"); isReady = false; },
    setLocale(code) {
      if (!config.words[code] || code === language) return;
      language = code;
      words = config.words[code];
      draw();
      describe();
      if (frame) aim();
    },
    /** Listen to ready, open, close, message, handoff, rating, unread or error; returns what ends the listening. */
    on(name, listener) {
      (listeners[name] ||= new Set()).add(listener);
      if (name === "ready" && isReady) listener();
      return () => listeners[name].delete(listener);
    },
  };
  const obey = (entry) => {
    const [name, ...rest] = Array.isArray(entry) ? entry : [entry];
    if (!Object.hasOwn(commands, name)) { console.warn(`Otklik: no command “${name}”`); return; }
    const done = commands[name](...rest);
    done?.catch?.((error) => console.warn(`Otklik: ${error.message}`)); // nobody holds the promise of a queued command
  };
  const queue = Array.isArray(window.Otklik) ? window.Otklik : [];
  window.Otklik = Object.freeze({ ...commands, push: (...entries) => entries.forEach(obey) });
  if (document.body) start(); else addEventListener("DOMContentLoaded", start);
  queue.forEach(obey);
})();
