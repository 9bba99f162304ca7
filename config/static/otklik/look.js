// The editor of the website chat: the real chat beside the form puts unsaved settings on while they are typed.
(() => {
  "use strict";
  const form = document.getElementById("look"), stage = document.getElementById("stage");
  if (!form || !stage) return;
  const frame = document.getElementById("preview"), launcher = document.getElementById("stage-launcher");
  const PAUSE_MS = 250;
  let isReady = false, settings = null, timer = 0, asked = 0;

  const tell = (type, detail) => frame.contentWindow.postMessage({ otklik: 1, type, ...detail }, location.origin);
  const show = () => {
    if (!settings) return;
    const { look } = settings;
    launcher.style.setProperty("--launcher", look.color);
    launcher.style.setProperty("--launcher-ink", look.ink);
    document.getElementById("stage-words").textContent = look.launcher;
    stage.classList.toggle("left", look.position === "left");
    if (isReady) tell("dress", { settings });
  };
  const ask = async () => {
    const number = ++asked;
    try {
      const response = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form) });
      if (!response.ok) return;
      const answer = await response.json();
      if (number === asked) { settings = answer; show(); }
    } catch { /* the next key asks again */ }
  };
  const ticket = async () => {
    try { tell("ticket", await (await fetch(stage.dataset.ticket, { method: "POST", credentials: "omit" })).json()); } catch { tell("ticket", {}); }
  };

  addEventListener("message", ({ data, origin, source }) => {
    if (origin !== location.origin || source !== frame.contentWindow || data?.otklik !== 1) return;
    if (data.type === "ticket") ticket();
    if (data.type === "ready") { isReady = true; tell("open", { focus: false }); show(); }
  });
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE_MS); });
  frame.src = `${stage.dataset.originLess}#${new URLSearchParams({ origin: location.origin })}`;
  ask();
})();
