// What a visitor may do whom nobody comes to: wait on, leave an address, go on in Telegram.
((widget) => {
  "use strict";
  const { make } = widget;

  /** Draw the offer into `box` and keep it in line with the queue; `choose` sends the choice and may refuse. */
  widget.Offers = class {
    constructor({ box, say, choose }) { Object.assign(this, { box, say, choose, shown: "" }); }

    show(queue) {
      const ways = queue?.choices ?? [], key = [...ways, queue?.telegram].join("|");
      if (key === this.shown) return;
      this.shown = key;
      this.box.hidden = !ways.length;
      this.box.replaceChildren(...(ways.length ? [make("p", "", this.say("instead")), this.buttons(ways, queue.telegram)] : []));
    }

    buttons(ways, telegram) {
      const row = make("div", "ways");
      if (ways.includes("wait")) row.append(widget.button("secondary", this.say("wait_on"), (event) => this.send(event.currentTarget, "wait")));
      if (ways.includes("email")) row.append(widget.button("secondary", this.say("leave_email"), () => row.replaceWith(this.form(ways, telegram))));
      if (ways.includes("telegram")) {
        const link = make("a", "secondary", this.say("in_telegram"));
        Object.assign(link, { href: telegram, target: "_blank", rel: "noopener" });
        row.append(link);
      }
      return row;
    }

    form(ways, telegram) {
      const form = make("form", "ways"), input = make("input", "reason"), submit = make("button", "primary small", this.say("submit"));
      Object.assign(input, { type: "email", required: true, maxLength: 254, autocomplete: "email", placeholder: this.say("your_email") });
      input.setAttribute("aria-label", this.say("your_email"));
      form.append(input, submit, widget.button("secondary small", this.say("back"), () => { const row = this.buttons(ways, telegram); form.replaceWith(row); row.querySelector("button")?.focus(); }));
      form.addEventListener("submit", (event) => { event.preventDefault(); this.send(submit, "email", { email: input.value.trim() }); });
      queueMicrotask(() => input.focus());
      return form;
    }

    async send(button, choice, facts = {}) {
      button.disabled = true;
      try { await this.choose(choice, facts); } catch { /* told */ } finally { button.disabled = false; }
    }
  };
})((globalThis.OtklikWidget ||= {}));
