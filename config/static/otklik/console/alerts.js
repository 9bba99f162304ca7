// What rings, and when not: sound, browser notifications, quiet hours; kept per operator on the server.
((desk) => {
  "use strict";
  const { say } = desk, { at, connection, complain, root, toast, show } = desk.page;
  const canNotify = () => "Notification" in window && Notification.permission === "granted";

  /** Whether the operator's own clock is within the quiet hours; they may go over midnight. */
  const isQuiet = () => {
    const { quiet_from: from, quiet_to: to } = desk.settings;
    if (!from || !to || from === to) return false;
    const date = new Date(), time = `${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
    return from < to ? from <= time && time < to : time >= from || time < to;
  };
  const beep = () => {
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
  };
  desk.ring = (words) => {
    if (isQuiet()) return;
    if (desk.settings.sound) beep();
    if (desk.settings.notifications && document.hidden && canNotify()) new Notification(words);
  };

  // --- settings ---------------------------------------------------------------------------------------
  const form = at("settings-form");
  const fill = () => {
    for (const name of ["sound", "notifications"]) form.elements[name].checked = desk.settings[name];
    for (const name of ["quiet_from", "quiet_to"]) form.elements[name].value = desk.settings[name] ?? "";
    form.elements.undo_seconds.value = String(desk.settings.undo_seconds);
    at("settings").setAttribute("aria-pressed", String(desk.settings.sound || desk.settings.notifications));
  };
  at("settings").addEventListener("click", () => { fill(); at("settings-dialog").showModal(); });
  form.elements.notifications.addEventListener("change", async ({ target }) => {
    if (!target.checked || !("Notification" in window)) return;
    if ((await Notification.requestPermission()) !== "granted") { target.checked = false; toast(say("notifications_refused"), "warning"); }
  });
  form.elements.sound.addEventListener("change", ({ target }) => { if (target.checked) beep(); });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { sound, notifications, quiet_from: from, quiet_to: to, undo_seconds: undo } = form.elements;
    if (Boolean(from.value) !== Boolean(to.value)) { complain({ message: say("quiet_both") }); return; }
    try {
      const answer = await connection.command("settings", { sound: sound.checked, notifications: notifications.checked, quiet_from: from.value || null, quiet_to: to.value || null, undo_seconds: Number(undo.value) });
      desk.settings = answer.settings;
      fill();
      at("settings-dialog").close();
    } catch (refusal) { complain(refusal); }
  });

  // --- notes that call this operator -------------------------------------------------------------------
  const showCalls = (calls) => {
    at("calls").hidden = !calls.length;
    at("calls").replaceChildren(...calls.map((call) => desk.el("button", { type: "button", className: "call", "data-call": call.dialog, children: [desk.el("strong", { className: "small", text: say("calls_you", { name: call.who }) }), desk.el("span", { className: "small truncate", dir: "auto", text: call.text })] })));
  };
  const askCalls = async () => { try { showCalls((await connection.command("calls")).calls); } catch { /* asked again on return */ } };
  at("calls").addEventListener("click", ({ target }) => { const call = target.closest("[data-call]"); if (call) show(call.dataset.call); });
  root.addEventListener("greeted", ({ detail }) => { showCalls(detail.calls); fill(); });
  root.addEventListener("opened", () => { if (!at("calls").hidden) askCalls(); });
  desk.page.on("mentioned", askCalls);

  // --- the same console in two tabs ----------------------------------------------------------------------
  if ("BroadcastChannel" in window) {
    const tabs = new BroadcastChannel(`otklik.console.${desk.config.tenant}.${desk.config.user}`), here = Math.random();
    const warn = (isTwice) => { at("twice").hidden = !isTwice; };
    let heardAt = 0;
    tabs.onmessage = ({ data }) => {
      if (data.here === here) return;
      if (data.kind === "hello") tabs.postMessage({ kind: "here", here });
      if (data.kind === "bye") { warn(false); tabs.postMessage({ kind: "hello", here }); return; }
      heardAt = Date.now();
      warn(true);
    };
    tabs.postMessage({ kind: "hello", here });
    addEventListener("pagehide", () => tabs.postMessage({ kind: "bye", here }));
    setInterval(() => { if (!at("twice").hidden) { if (Date.now() - heardAt > 12_000) warn(false); tabs.postMessage({ kind: "hello", here }); } }, 5_000);
  }
})(window.otklikConsole);
