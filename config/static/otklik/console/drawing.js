// Small things that every part of the console draws with.
((desk) => {
  "use strict";
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  desk.config = read("console-config");
  const words = read("console-words");
  const language = desk.config.language;

  /** Say a phrase in the operator's language. */
  desk.say = (name, facts = {}) => (words[name] ?? name).replace(/\{(\w+)\}/g, (whole, fact) => facts[fact] ?? whole);

  /** Make an element; text is never read as markup. */
  desk.el = (tag, { text, children = [], dir, ...attributes } = {}) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (dir) element.dir = dir;
    for (const [name, value] of Object.entries(attributes)) {
      if (value === false || value === null || value === undefined) continue;
      element.setAttribute(name === "className" ? "class" : name, value === true ? "" : value);
    }
    element.append(...children.filter(Boolean));
    return element;
  };

  /** Draw the files of a message; members' addresses of them do not run out. */
  desk.filesOf = ({ files = [] }) => OtklikFiles.draw(files, { say: desk.say, fresh: async (file) => file });

  const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "long" });
  const short = new Intl.DateTimeFormat(language, { day: "2-digit", month: "2-digit", hour: "2-digit", minute: "2-digit" });
  const startOf = (moment) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();
  desk.time = (text) => clock.format(new Date(text));
  desk.moment = (text) => (startOf(new Date(text)) === startOf(new Date()) ? clock : short).format(new Date(text));
  desk.day = (text) => {
    const days = Math.round((startOf(new Date()) - startOf(new Date(text))) / 86_400_000);
    return days === 0 ? desk.say("today") : days === 1 ? desk.say("yesterday") : day.format(new Date(text));
  };

  /** How long somebody has been waiting, and how bad that is. */
  desk.wait = (since) => {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(since)) / 1000));
    const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60), two = (n) => String(n).padStart(2, "0");
    const text = hours ? `${hours}:${two(minutes % 60)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
    return { text, mood: seconds < 60 ? "ok" : seconds < 300 ? "warn" : "danger" };
  };
})((window.otklikConsole ??= {}));
