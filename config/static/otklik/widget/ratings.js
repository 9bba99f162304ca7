// Thumbs for an answer and stars for a conversation.
((widget) => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const SHAPES = {
    up: "M7 10.500v9.500H4.500A1 1 0 0 1 3.500 19v-7.500a1 1 0 0 1 1-1zM7 10.500l4-7a2.200 2.200 0 0 1 2.200 2.600L12.600 9.500h5.700a2 2 0 0 1 2 2.350l-1.150 6.500A2 2 0 0 1 17.200 20H7",
    down: "M7 13.500V4H4.500a1 1 0 0 0-1 1v7.500a1 1 0 0 0 1 1zM7 13.500l4 7a2.200 2.200 0 0 0 2.200-2.600l-.600-3.400h5.700a2 2 0 0 0 2-2.350l-1.150-6.500A2 2 0 0 0 17.200 4H7",
    star: "M12 3.300l2.700 5.550 6.100.86-4.430 4.270 1.070 6.050L12 17.130l-5.440 2.900 1.070-6.050L3.200 9.710l6.100-.86z",
    check: "M5 12.500l4.500 4.500L19 7.500",
    clock: "M12 7.500V12l3 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z",
    alert: "M12 8v5M12 16.500v.100M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z",
    chevron: "M8 10l4 4 4-4",
    person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM5 20a7 7 0 0 1 14 0",
  };

  widget.icon = (name) => {
    const svg = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("class", `icon icon-${name}`);
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", SHAPES[name]);
    svg.append(path);
    return svg;
  };

  widget.make = (name, className = "", ...children) => {
    const node = document.createElement(name);
    if (className) node.className = className;
    node.append(...children);
    return node;
  };
  const { make, icon } = widget;

  widget.button = (className, label, onClick, ...children) => {
    const node = make("button", className, ...(children.length ? children : [label]));
    node.type = "button";
    if (children.length) { node.setAttribute("aria-label", label); node.title = label; }
    node.addEventListener("click", onClick);
    return node;
  };

  const reasons = (say, onSubmit) => {
    const chosen = new Set(), text = make("textarea", "reason");
    text.rows = 2;
    text.maxLength = 1000;
    text.dir = "auto";
    text.placeholder = say("reason");
    text.setAttribute("aria-label", say("reason"));
    const chips = ["wrong", "off_topic", "unclear"].map((name) => {
      const chip = widget.button("chip small", say(name), () => {
        const isOn = !chosen.delete(name) && Boolean(chosen.add(name));
        chip.setAttribute("aria-pressed", String(isOn));
      });
      chip.setAttribute("aria-pressed", "false");
      return chip;
    });
    const box = make("form", "reasons", make("p", "", say("what_wrong")), make("div", "chips inline", ...chips), text);
    const submit = make("button", "primary small", say("submit"));
    box.append(submit);
    box.addEventListener("submit", (event) => {
      event.preventDefault();
      onSubmit([...[...chosen].map((name) => say(name)), text.value.trim()].filter(Boolean).join("; "));
    });
    return box;
  };

  /** Thumbs under an answer; `rate(value, comment)` saves and may be called again with another value. */
  widget.thumbs = ({ rating, say, rate, after }) => {
    const group = make("span", "thumbs");
    let box = null, value = rating;
    const show = () => { for (const [node, own] of [[up, 1], [down, -1]]) node.setAttribute("aria-pressed", String(value === own)); };
    const settle = async (next, comment = "") => {
      const before = value;
      value = next;
      show();
      try { await rate(next, comment); return true; } catch { value = before; show(); return false; }
    };
    const drop = () => { box?.remove(); box = null; };
    const up = widget.button("thumb", say("helpful"), () => { drop(); settle(1); }, icon("up"));
    const down = widget.button("thumb", say("unhelpful"), async () => {
      if (box) { drop(); return; }
      const isSaved = value === -1 || (await settle(-1));
      if (!isSaved || box) return;
      box = reasons(say, async (comment) => {
        const isKept = !comment || (await settle(-1, comment));
        if (!isKept) return;
        const thanks = make("p", "thanks", say("thanks"));
        thanks.setAttribute("role", "status");
        box.replaceChildren(thanks);
        setTimeout(drop, 4000);
      });
      after(box);
    }, icon("down"));
    group.append(up, down);
    show();
    return group;
  };

  /** Five stars and a comment; `rate(stars, comment)` saves. */
  widget.stars = ({ say, rate }) => {
    let value = 0;
    const text = make("textarea", "reason");
    Object.assign(text, { rows: 2, maxLength: 1000, dir: "auto", placeholder: say("reason") });
    text.setAttribute("aria-label", say("reason"));
    const group = make("div", "stars");
    group.setAttribute("role", "radiogroup");
    const stars = [1, 2, 3, 4, 5].map((count) => {
      const star = widget.button("star", say("stars", { count }), () => choose(count), icon("star"));
      star.setAttribute("role", "radio");
      return star;
    });
    const submit = make("button", "primary", say("submit"));
    const more = make("div", "more", text, submit);
    more.hidden = true;
    const choose = (count, { focus = false } = {}) => {
      value = count;
      stars.forEach((star, i) => {
        star.classList.toggle("on", i < value);
        star.setAttribute("aria-checked", String(i + 1 === value));
        star.tabIndex = i + 1 === (value || 1) ? 0 : -1;
      });
      if (value) more.hidden = false;
      if (focus) stars[value - 1].focus();
    };
    group.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      choose(Math.min(5, Math.max(1, value + step)), { focus: true });
    });
    choose(0);
    group.append(...stars);
    const box = make("form", "rating", group, more);
    box.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!value) return;
      submit.disabled = true;
      try {
        await rate(value, text.value.trim());
        const thanks = make("p", "thanks", say("rated"));
        thanks.setAttribute("role", "status");
        box.replaceChildren(thanks);
      } catch { submit.disabled = false; }
    });
    return box;
  };
})((globalThis.OtklikWidget ||= {}));
