// The pane about the customer: who they are, where they wrote before, tickets, ratings, what the conversation cost.
((desk) => {
  "use strict";
  const { el, say } = desk;
  const fact = (name, value) => (value ? [el("dt", { text: name }), el("dd", { dir: "auto", text: value })] : []);
  const facts = (...rows) => el("dl", { className: "facts", children: rows.flat() });
  const section = (title, ...children) => [el("h3", { text: title }), ...children];
  const link = (href, text) => el("a", { className: "link", href, target: "_blank", rel: "noopener", text });

  const rating = (it) => [
    it.rating ? el("p", { text: `${"★".repeat(it.rating.stars)}${"☆".repeat(5 - it.rating.stars)}` }) : null,
    it.rating?.comment ? el("p", { className: "quote", dir: "auto", text: it.rating.comment }) : null,
    it.thumbs.up || it.thumbs.down ? el("p", { className: "small", text: `👍 ${it.thumbs.up}  👎 ${it.thumbs.down}` }) : null,
    it.rating || it.thumbs.up || it.thumbs.down ? null : el("p", { className: "faint small", text: say("no_rating") }),
  ];
  const tickets = (it) => [
    it.tickets.length ? el("ul", { className: "plain-list", children: it.tickets.map((ticket) => el("li", { children: [link(ticket.url, `№ ${ticket.number}`), ` ${ticket.title} `, el("span", { className: "faint", text: ticket.status })] })) }) : el("p", { className: "faint small", text: say("no_tickets") }),
    el("a", { className: "button small", href: it.new_ticket, target: "_blank", rel: "noopener", text: say("create_ticket") }),
  ];
  const others = (it) => it.others.length ? section(say("others"), el("ul", { className: "plain-list", children: it.others.map((other) => el("li", { children: [el("button", { className: "link", type: "button", "data-other": other.dialog, text: desk.moment(other.at) }), el("span", { className: "faint", text: ` ${other.status}` })] })) })) : [];
  const cameWith = (it) => Object.entries(it.page).map(([name, value]) => fact(name, String(value)));

  desk.showContext = (place, it) => {
    const spend = Number(it.spend) ? fact(say("spend"), `${Number(it.spend).toLocaleString(desk.config.language)} ₽`) : [];
    place.replaceChildren(...[
      facts(fact(say("customer"), it.name), fact(say("user_id"), it.user_id), fact(say("email"), it.email), fact(say("phone"), it.phone), ...it.identities.map((identity) => fact(identity.platform, identity.name)), fact(say("since"), desk.moment(it.since))),
      ...section(say("conversation"), facts(fact(say("begun"), desk.moment(it.begun)), fact(say("messages"), String(it.messages)), fact(say("language"), it.language), ...cameWith(it), spend)),
      ...section(say("rating"), ...rating(it)),
      ...section(say("tickets"), ...tickets(it)),
      ...others(it),
    ].filter(Boolean));
  };
})((window.otklikConsole ??= {}));
