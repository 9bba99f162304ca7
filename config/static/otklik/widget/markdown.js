// A small and safe part of Markdown, built as DOM nodes. HTML is never parsed: tags stay text.
((widget) => {
  "use strict";
  const DEEPEST = 4, LONGEST = 20_000;
  const FENCE = /^\s*```/, HEADING = /^#{1,6}\s+(.+?)\s*#*$/, RULE = /^\s*(?:-\s*){3,}$|^\s*(?:\*\s*){3,}$|^\s*(?:_\s*){3,}$/;
  const ITEM = /^(\s*)(?:([-*•])|(\d{1,3})[.)])\s+(\S.*)$/, QUOTE = /^\s*>\s?(.*)$/;
  const DIVIDER = /^\s*\|?(?:\s*:?-{2,}:?\s*\|)+(?:\s*:?-{2,}:?\s*)?\|?\s*$/;
  const INLINE = /`([^`\n]+)`|\*\*(?=\S)(.+?)\*\*|__(?=\S)(.+?)__|\*(?=\S)([^*\n]+?)\*|_(?=\S)([^_\n]+?)_|\[([^\]\n]{1,300})\]\((https:\/\/[^\s()<>]+)\)|(https:\/\/[^\s<>"«»“”]+)/g;
  const LETTER = /[\p{L}\p{N}]/u;

  const element = (name, ...children) => {
    const node = document.createElement(name);
    node.append(...children);
    return node;
  };

  /** An https address to show, or null for anything else. */
  const safe = (address) => {
    try {
      const url = new URL(address);
      return url.protocol === "https:" && !url.username && !url.password ? url : null;
    } catch { return null; }
  };
  const link = (address, label) => {
    const url = safe(address);
    if (!url) return document.createTextNode(label);
    const a = element("a", label);
    a.href = url.href;
    a.target = "_blank";
    a.rel = "noopener nofollow ugc";
    a.referrerPolicy = "no-referrer";
    a.title = widget.say ? widget.say("link", { host: url.host }) : url.host;
    return a;
  };

  const inline = (text, depth = 0) => {
    const parts = [];
    let rest = 0;
    if (depth < DEEPEST) {
      INLINE.lastIndex = 0;
      const matches = [...text.matchAll(INLINE)];
      for (const match of matches) {
        const [whole, code, bold, bold2, italic, italic2, label, target, bare] = match;
        const before = text[match.index - 1] || "", after = text[match.index + whole.length] || "";
        if ((italic2 || bold2) && (LETTER.test(before) || LETTER.test(after))) continue; // snake_case is a word
        if (italic && LETTER.test(before) && LETTER.test(after)) continue; // 2*3*4 is arithmetic
        parts.push(text.slice(rest, match.index));
        rest = match.index + whole.length;
        if (code) parts.push(element("code", code));
        else if (bold || bold2) parts.push(element("strong", ...inline(bold || bold2, depth + 1)));
        else if (italic || italic2) parts.push(element("em", ...inline(italic || italic2, depth + 1)));
        else if (label) parts.push(link(target, label));
        else {
          const tail = bare.match(/[.,;:!?)\]}'’…]+$/)?.[0] || "";
          parts.push(link(bare.slice(0, bare.length - tail.length), bare.slice(0, bare.length - tail.length)), tail);
        }
      }
    }
    parts.push(text.slice(rest));
    return parts.filter((part) => part !== "");
  };

  const cells = (line) => line.trim().replace(/^\|/, "").replace(/\|$/, "").split("|").map((cell) => cell.trim());
  const table = (lines) => {
    const [head, , ...rows] = lines.map(cells);
    const row = (kind, values) => element("tr", ...head.map((_, i) => element(kind, ...inline(values[i] || ""))));
    const scroll = element("div", element("table", element("thead", row("th", head)), element("tbody", ...rows.map((values) => row("td", values)))));
    scroll.className = "table";
    return scroll;
  };

  /** Turn lines of list items, indented ones below their parents, into one list. */
  const list = (items, depth = 0) => {
    const node = element(items[0].number ? "ol" : "ul");
    if (items[0].number && items[0].number !== "1") node.start = Number(items[0].number);
    for (let i = 0; i < items.length; i += 1) {
      const li = element("li", ...inline(items[i].text));
      const children = [];
      while (i + 1 < items.length && items[i + 1].indent > items[0].indent + 1) children.push(items[(i += 1)]);
      if (children.length) {
        if (depth < DEEPEST) li.append(list(children, depth + 1));
        else for (const child of children) li.append(element("br"), ...inline(child.text));
      }
      node.append(li);
    }
    return node;
  };

  const paragraph = (lines) => {
    const node = element("p");
    lines.forEach((line, i) => node.append(...(i ? [element("br")] : []), ...inline(line.trim())));
    return node;
  };

  /** Turn Markdown into nodes. A text still being written (`isPartial`) gets its open emphasis closed. */
  widget.markdown = (source, { isPartial = false } = {}) => {
    let text = String(source).slice(0, LONGEST).replace(/\r\n?/g, "\n");
    if (isPartial && (text.match(/\*\*/g) || []).length % 2) text = text.endsWith("**") ? text.slice(0, -2) : `${text}**`;
    const lines = text.split("\n"), fragment = document.createDocumentFragment();
    let words = [];
    const flush = () => { if (words.length) fragment.append(paragraph(words)); words = []; };
    for (let i = 0; i < lines.length; i += 1) {
      const line = lines[i];
      let match;
      if (!line.trim()) flush();
      else if (FENCE.test(line)) {
        flush();
        const code = [];
        while (i + 1 < lines.length && !FENCE.test(lines[i + 1])) code.push(lines[(i += 1)]);
        i += 1;
        fragment.append(element("pre", element("code", code.join("\n"))));
      } else if (line.includes("|") && DIVIDER.test(lines[i + 1] || "")) {
        flush();
        const rows = [line, lines[(i += 1)]];
        while ((lines[i + 1] || "").includes("|")) rows.push(lines[(i += 1)]);
        fragment.append(table(rows));
      } else if (RULE.test(line)) { flush(); fragment.append(element("hr")); }
      else if ((match = line.match(HEADING))) { flush(); const h = element("p", element("strong", ...inline(match[1]))); h.className = "heading"; fragment.append(h); }
      else if ((match = line.match(QUOTE))) {
        flush();
        const quoted = [match[1]];
        while ((match = (lines[i + 1] || "").match(QUOTE))) { quoted.push(match[1]); i += 1; }
        fragment.append(element("blockquote", paragraph(quoted)));
      } else if (ITEM.test(line)) {
        flush();
        const items = [];
        for (; i < lines.length && lines[i].trim(); i += 1) {
          if ((match = lines[i].match(ITEM))) items.push({ indent: match[1].length, number: match[3], text: match[4] });
          else if (/^\s/.test(lines[i])) items[items.length - 1].text += ` ${lines[i].trim()}`;
          else break;
          const after = lines.slice(i + 1, i + 3);
          if (after[0] !== undefined && !after[0].trim() && ITEM.test(after[1] || "")) i += 1; // a loose list
        }
        i -= 1;
        fragment.append(list(items));
      } else words.push(line);
    }
    flush();
    return fragment;
  };
})((globalThis.OtklikWidget ||= {}));
