// How the chat looks: colours and words of the seller, put on at first and whenever they changed meanwhile.
((widget) => {
  "use strict";
  const by = (id) => document.getElementById(id);
  const COLOURS = ["color", "ink", "on_light", "on_dark"];

  /** Put the answer of the configuration's address on; `write` sends a question that was tapped. */
  widget.dress = ({ look, name, greeting, questions }, { words, write }) => {
    const root = document.documentElement;
    for (const part of COLOURS) root.style.setProperty(`--brand-${part.replace("_", "-")}`, look[part]);
    root.dataset.theme = look.theme;
    document.querySelector("meta[name=color-scheme]").content = look.theme === "auto" ? "light dark" : look.theme;
    document.title = name;
    by("chat").setAttribute("aria-label", name);
    for (const node of document.querySelectorAll("[data-name]")) node.textContent = name;
    for (const node of document.querySelectorAll("[data-initial]")) node.textContent = name.trim().slice(0, 1).toUpperCase();
    by("greeting").textContent = greeting || words.greeting;
    by("chips").replaceChildren(...questions.map((question) => {
      const chip = widget.button("chip", question, () => write(question));
      chip.dir = "auto";
      return widget.make("li", "", chip);
    }));
    consent(look, words);
  };

  const consent = ({ consent_text: text, consent_url: url }, words) => {
    const link = (shown) => {
      const a = widget.make("a", "", shown);
      Object.assign(a, { href: url, target: "_blank", rel: "noopener" });
      return a;
    };
    if (text) by("consent").replaceChildren(url ? link(text) : text);
    else by("consent").replaceChildren(words.mistakes, ...(url ? [" ", link(words.data)] : []));
  };
})((globalThis.OtklikWidget ||= {}));
