// A sheet over the conversation: past conversations, a copy by mail, the visitor's data erased.
((widget) => {
  "use strict";
  const { make } = widget;

  widget.Sheet = class {
    #before = null;

    constructor({ box, behind, say, language, connection, notice, erased }) {
      Object.assign(this, { box, behind, say, connection, notice, erased });
      this.when = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });
    }

    get isOpen() { return !this.box.hidden; }

    close() {
      if (!this.isOpen) return;
      this.box.hidden = true;
      this.behind.forEach((part) => { part.inert = false; });
      (this.#before?.isConnected ? this.#before : document.getElementById("chat")).focus({ preventScroll: true });
    }

    #open(title, ...content) {
      if (!this.isOpen) this.#before = document.activeElement;
      const back = widget.button("secondary small", this.say("back"), () => this.close());
      back.textContent = this.say("back");
      const heading = make("h2", "", title);
      heading.id = "sheet-title";
      this.box.replaceChildren(make("header", "sheet-head", back, heading), make("div", "sheet-body", ...content));
      this.box.hidden = false;
      this.behind.forEach((part) => { part.inert = true; });
      back.focus({ preventScroll: true });
      return this.box.querySelector(".sheet-body");
    }

    /** The visitor's conversations; `draw(messages)` shows one. */
    async history(draw) {
      const body = this.#open(this.say("history"), make("p", "thanks", this.say("loading")));
      try {
        const { dialogs } = await this.connection.ask("GET", "history");
        if (!dialogs.length) { body.replaceChildren(make("p", "thanks", this.say("no_history"))); return; }
        body.replaceChildren(make("ul", "past", ...dialogs.map((dialog) => {
          const words = make("span", "past-words", dialog.preview || "…");
          words.dir = "auto";
          const entry = make("button", "past-entry", words, make("span", "past-when", `${this.when.format(new Date(dialog.at))}${dialog.is_open ? ` · ${this.say("goes_on")}` : ""}`));
          entry.type = "button";
          entry.addEventListener("click", () => (dialog.is_open ? this.close() : this.#past(dialog, draw)));
          return make("li", "", entry);
        })));
      } catch (refusal) { this.#fail(body, refusal); }
    }

    async #past(dialog, draw) {
      const body = this.#open(this.when.format(new Date(dialog.at)), make("p", "thanks", this.say("loading")));
      const mail = widget.button("secondary", this.say("mail"), () => this.mail(dialog.dialog));
      mail.textContent = this.say("mail");
      try {
        const { messages } = await this.connection.ask("GET", "history", { dialog: dialog.dialog });
        body.replaceChildren(make("div", "rows", ...messages.map(draw)), mail);
      } catch (refusal) { this.#fail(body, refusal); }
    }

    /** Ask where to send a conversation. */
    mail(dialog) {
      const field = make("input", "reason");
      Object.assign(field, { type: "email", required: true, maxLength: 255, autocomplete: "email", placeholder: "name@example.com" });
      const send = make("button", "primary", this.say("send_mail"));
      const problem = make("p", "problem");
      problem.setAttribute("role", "alert");
      const form = make("form", "sheet-form", make("label", "", this.say("mail_to"), field), problem, send);
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        send.disabled = true;
        problem.textContent = "";
        try {
          await this.connection.ask("POST", "transcript", { dialog, email: field.value.trim() });
          const done = make("p", "thanks", this.say("mailed", { email: field.value.trim() }));
          done.setAttribute("role", "status");
          form.replaceChildren(done);
          this.box.querySelector("button").focus();
        } catch (refusal) { problem.textContent = this.#words(refusal); send.disabled = false; }
      });
      this.#open(this.say("mail"), form);
      field.focus();
    }

    /** Erase after a plain question. */
    forget() {
      const sure = make("button", "primary danger", this.say("forget_sure"));
      sure.type = "button";
      const problem = make("p", "problem");
      problem.setAttribute("role", "alert");
      sure.addEventListener("click", async () => {
        sure.disabled = true;
        try {
          await this.connection.ask("POST", "forget", { confirm: true });
          this.erased();
        } catch (refusal) { problem.textContent = this.#words(refusal); sure.disabled = false; }
      });
      this.#open(this.say("forget"), make("p", "", this.say("forget_what")), problem, sure);
    }

    #words(refusal) { return refusal.code === "connection" ? this.say("offline_now") : refusal.code === "invalid" ? this.say("mail_unreadable") : refusal.message || this.say("failure"); }
    #fail(body, refusal) { body.replaceChildren(make("p", "problem", this.#words(refusal))); }
  };
})((globalThis.OtklikWidget ||= {}));
