// Putting a conversation off, and how urgent it is.
((desk) => {
  "use strict";
  const { say } = desk, { at, move, complain } = desk.page;
  let dialog = "";
  const soon = (hours) => new Date(Date.now() + hours * 3_600_000);
  const morning = (days) => { const day = new Date(); day.setDate(day.getDate() + days); day.setHours(9, 0, 0, 0); return day; };
  const monday = () => morning((8 - new Date().getDay()) % 7 || 7);
  const MOMENTS = { hour: () => soon(1), three: () => soon(3), tomorrow: () => morning(1), monday };
  const local = (moment) => new Date(moment - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  const snooze = (until) => { at("snooze-dialog").close(); move("snooze", { until: until?.toISOString() ?? null }, say("snoozed"), { dialog, isNext: true }); };

  desk.snoozing = {
    /** Ask until when `which` is put off. */
    ask(which) {
      dialog = which;
      for (const button of at("snooze-form").querySelectorAll("[data-until]")) {
        const moment = MOMENTS[button.dataset.until]?.();
        button.querySelector("time").textContent = moment ? desk.moment(moment.toISOString()) : "";
      }
      at("snooze-at").min = local(new Date());
      at("snooze-at").value = "";
      at("snooze-dialog").showModal();
    },
  };
  at("snooze").addEventListener("click", () => desk.snoozing.ask(desk.page.open));
  at("snooze-form").addEventListener("click", ({ target }) => { const button = target.closest("[data-until]"); if (button) snooze(MOMENTS[button.dataset.until]?.()); });
  at("snooze-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const moment = new Date(at("snooze-at").value);
    if (Number.isNaN(moment.getTime()) || moment <= new Date()) complain({ message: say("moment_ahead") }); else snooze(moment);
  });
  at("priority").addEventListener("change", ({ target }) => move("prioritise", { priority: Number(target.value) }));
})(window.otklikConsole);
