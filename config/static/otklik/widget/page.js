// The seller's page around the chat: who it is, what it may say, and the ticket its browser vouches with.
((widget) => {
  "use strict";
  const TICKET_MS = 10_000;

  widget.Page = class {
    #takeTicket = null;

    /** `hear` has a function for each kind of message that the page may send. */
    constructor({ origins, urls, hear }) {
      Object.assign(this, { urls, hear, isAlone: window.parent === window, origin: null });
      const named = new URLSearchParams(location.hash.slice(1)).get("origin");
      if (!this.isAlone && named && (!origins.length || [location.origin, ...origins].includes(named))) this.origin = named;
      addEventListener("message", ({ data, origin, source }) => {
        if (!this.origin || origin !== this.origin || source !== window.parent || data?.otklik !== 1) return;
        if (data.type === "ticket") this.#takeTicket?.(data);
        else if (Object.hasOwn(this.hear, data.type)) this.hear[data.type](data);
      });
    }

    tell(type, detail = {}) { if (this.origin) window.parent.postMessage({ otklik: 1, type, ...detail }, this.origin); }

    /** Return a ticket to begin a visit with. */
    ticket() {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new widget.Refusal({ code: "connection" })), TICKET_MS);
        this.#takeTicket = (answer) => {
          clearTimeout(timer);
          this.#takeTicket = null;
          if (answer.ticket) resolve(String(answer.ticket));
          else reject(new widget.Refusal({ code: answer.code ?? "connection", title: answer.title }));
        };
        if (this.origin) this.tell("ticket");
        else if (this.isAlone) fetch(this.urls.ticket, { method: "POST", credentials: "omit" }).then((response) => response.json()).then(this.#takeTicket, () => this.#takeTicket?.({}));
        else this.#takeTicket({ code: "origin_refused" });
      });
    }
  };
})((globalThis.OtklikWidget ||= {}));
