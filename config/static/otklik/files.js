// Files in conversations, for those who write on a site and for operators: choosing, sending, showing.
(() => {
  "use strict";
  const FEWEST_FOR_MEGABYTES = 1024 * 1024;
  const LARGEST = { width: 272, height: 240 };
  const ICONS = {
    file: "M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8zM14 3v5h5",
    save: "M12 4v11M7 11l5 5 5-5M5 20h14",
    close: "M6 6l12 12M18 6L6 18",
    next: "M9 5l7 7-7 7",
    previous: "M15 5l-7 7 7 7",
  };

  const make = (tag, { className = "", text, children = [], ...attributes } = {}) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
    node.append(...children.filter(Boolean));
    return node;
  };
  const icon = (name) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), path = document.createElementNS(svg.namespaceURI, "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    return svg;
  };
  const tool = (className, name, label, act) => {
    const node = make("button", { className, type: "button", title: label, "aria-label": label, children: [icon(name)] });
    node.addEventListener("click", act);
    return node;
  };
  const kindOf = ({ content_type: type = "" }) => type.split("/")[0];

  /** Send one file with what its progress is; rejects with `{code, title, status}`, or `connection` without an answer. */
  const send = (url, file, { headers = {}, progress = () => {}, signal } = {}) => new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(), form = new FormData();
    form.append("file", file, file.name || "image.png");
    request.open("POST", url);
    for (const [name, value] of Object.entries({ Accept: "application/json", ...headers })) request.setRequestHeader(name, value);
    request.responseType = "json";
    request.upload.onprogress = (event) => { if (event.lengthComputable) progress(event.loaded / event.total); };
    request.onload = () => {
      const answer = request.response ?? {};
      if (request.status === 201) resolve(answer); else reject({ code: "failure", ...answer, status: request.status });
    };
    request.onerror = request.ontimeout = () => reject({ code: "connection" });
    request.onabort = () => reject({ code: "aborted" });
    signal?.addEventListener("abort", () => request.abort());
    request.send(form);
  });

  /** What somebody is about to send: chosen, pasted or dropped; each file is sent up at once and waits for the words. */
  class Tray extends EventTarget {
    items = [];
    #next = 1;

    constructor({ box, input, button, zone, text, say, limits, upload, discard }) {
      super();
      Object.assign(this, { box, input, button, zone, say, upload, discard });
      this.limits = limits;
      button.addEventListener("click", () => input.click());
      input.addEventListener("change", () => { this.add([...input.files]); input.value = ""; });
      text.addEventListener("paste", (event) => {
        const files = [...(event.clipboardData?.files ?? [])];
        if (files.length && this.isOn) { event.preventDefault(); this.add(files); }
      });
      this.#listenToDrops();
    }

    set limits(limits) {
      this.limit = limits;
      this.isOn = Boolean(limits);
      this.button.hidden = !limits;
      this.input.accept = limits?.accept ?? "";
      this.button.title = limits ? `${this.say("attach")}. ${limits.words}` : "";
      this.button.setAttribute("aria-label", this.button.title);
    }

    get isEmpty() { return !this.items.length; }
    get isBusy() { return this.items.some((item) => item.state === "sending"); }
    get isBroken() { return this.items.some((item) => item.state === "failed"); }
    /** Whether there is something to send, and nothing that is still on its way up. */
    get isReady() { return !this.isBusy && this.items.some((item) => item.state === "ready"); }

    add(files) {
      for (const file of files) {
        const item = { id: this.#next++, name: file.name || "image.png", share: 0, state: "sending", reason: "", kept: null, abort: new AbortController() };
        item.reason = this.#refusal(file);
        this.items.push(item);
        if (item.reason) item.state = "failed"; else this.#send(item, file);
      }
      this.#draw();
    }

    /** Hand out what is ready and begin anew; what failed stays, with the reason. */
    take() {
      const ready = this.items.filter((item) => item.state === "ready").map((item) => item.kept);
      this.items = [];
      this.#draw();
      return ready;
    }

    /** Put aside what is in the tray, for another conversation's; returns what was in it. */
    swap(items) {
      const old = this.items;
      this.items = items;
      this.#draw();
      return old;
    }

    #refusal(file) {
      const { count, bytes, picture_bytes: pictureBytes, accept } = this.limit;
      const most = file.type.startsWith("image/") ? pictureBytes : bytes;
      const suffix = /\.[^.]+$/.exec(file.name)?.[0].toLowerCase();
      if (this.items.filter((item) => item.state !== "failed").length >= count) return this.say("too_many_files", { limit: count });
      if (!file.size) return this.say("file_empty");
      if (file.size > most) return this.say("file_too_large", { megabytes: Math.floor(most / FEWEST_FOR_MEGABYTES) });
      if (suffix && accept && !accept.split(",").includes(suffix)) return this.say("file_refused");
      return "";
    }

    async #send(item, file) {
      try {
        item.kept = await this.upload(file, { signal: item.abort.signal, progress: (share) => { item.share = share; this.#show(item); } });
        item.state = "ready";
      } catch (refusal) {
        if (refusal.code === "aborted") return;
        item.state = "failed";
        item.reason = (refusal.code !== "connection" && (refusal.title || refusal.detail)) || this.say("file_failed");
        item.again = refusal.code === "connection" ? file : null;
      }
      this.#draw();
    }

    #remove(item) {
      item.abort.abort();
      if (item.kept) Promise.resolve(this.discard(item.kept)).catch(() => {}); // a day later it is cleared away anyhow
      this.items = this.items.filter((other) => other !== item);
      this.#draw();
    }

    #again(item) {
      Object.assign(item, { state: "sending", share: 0, reason: "", abort: new AbortController() });
      this.#send(item, item.again);
      this.#draw();
    }

    #show(item) {
      const bar = this.box.querySelector(`[data-item="${item.id}"] progress`);
      if (bar) bar.value = item.share;
    }

    #draw() {
      this.box.hidden = this.isEmpty;
      this.box.replaceChildren(...this.items.map((item) => this.#chip(item)));
      this.dispatchEvent(new Event("change"));
    }

    #chip(item) {
      const face = item.kept?.thumbnail ? make("img", { src: item.kept.thumbnail, alt: "" }) : icon("file");
      const under = item.state === "failed" ? make("span", { className: "why", text: item.reason })
        : item.state === "sending" ? make("progress", { max: 1, value: item.share, "aria-label": this.say("uploading") })
          : make("span", { className: "size", text: sizeOf(item.kept.size, this.say) });
      const again = item.again && item.state === "failed" ? make("button", { type: "button", className: "link", text: this.say("retry") }) : null;
      again?.addEventListener("click", () => this.#again(item));
      const words = make("span", { className: "words", children: [make("span", { className: "name", dir: "auto", text: item.kept?.name ?? item.name }), under, again] });
      return make("div", { className: `chosen ${item.state}`, "data-item": item.id, role: item.state === "failed" ? "alert" : null, children: [face, words, tool("away", "close", `${this.say("remove")}: ${item.name}`, () => this.#remove(item))] });
    }

    #listenToDrops() {
      const { zone } = this;
      let depth = 0;
      const hasFiles = (event) => this.isOn && [...(event.dataTransfer?.types ?? [])].includes("Files");
      const veil = make("div", { className: "drop-veil", text: this.say("drop_here"), "aria-hidden": "true" });
      const lift = () => { depth = 0; veil.remove(); };
      zone.addEventListener("dragenter", (event) => { if (hasFiles(event)) { event.preventDefault(); depth += 1; zone.append(veil); } });
      zone.addEventListener("dragover", (event) => { if (hasFiles(event)) { event.preventDefault(); event.dataTransfer.dropEffect = "copy"; } });
      zone.addEventListener("dragleave", (event) => { if (hasFiles(event) && (depth -= 1) <= 0) lift(); });
      zone.addEventListener("drop", (event) => { if (hasFiles(event)) { event.preventDefault(); lift(); this.add([...event.dataTransfer.files]); } });
    }
  }

  const sizeOf = (bytes, say) => {
    const [amount, unit] = bytes >= FEWEST_FOR_MEGABYTES ? [bytes / FEWEST_FOR_MEGABYTES, "megabytes"] : [Math.max(1, bytes / 1024), "kilobytes"];
    return say(unit, { amount: amount.toLocaleString(document.documentElement.lang || undefined, { maximumFractionDigits: amount < 10 && unit === "megabytes" ? 1 : 0 }) });
  };

  /** Draw a message's files. `fresh(file)` resolves with addresses that are good now: `{url, thumbnail}`. */
  const draw = (files, { say, fresh }) => {
    if (!files?.length) return null;
    const pictures = files.filter((file) => file.state === "ready" && kindOf(file) === "image" && file.has_thumbnail);
    return make("div", { className: "files", children: files.map((file) => one(file, pictures, { say, fresh })) });
  };

  const one = (file, pictures, { say, fresh }) => {
    if (file.state !== "ready") return make("span", { className: "file gone", children: [icon("file"), words(file, file.problem || say("awaited"))] });
    if (pictures.includes(file)) return picture(file, pictures, { say, fresh });
    if (["audio", "video"].includes(kindOf(file))) return player(file, { say, fresh });
    return saver(file, { say, fresh });
  };
  const words = (file, under) => make("span", { className: "words", children: [make("span", { className: "name", dir: "auto", text: file.name }), make("span", { className: "size", text: under })] });

  const picture = (file, pictures, { say, fresh }) => {
    const scale = Math.min(1, LARGEST.width / file.width, LARGEST.height / file.height);
    const image = make("img", { src: file.thumbnail, alt: file.name, width: Math.round(file.width * scale), height: Math.round(file.height * scale), decoding: "async" });
    image.addEventListener("error", async () => { image.src = (await fresh(file)).thumbnail; }, { once: true });
    const node = make("button", { className: "picture", type: "button", title: say("open_picture"), "aria-label": `${say("open_picture")}: ${file.name}`, children: [image] });
    node.addEventListener("click", () => look(pictures, pictures.indexOf(file), { say, fresh }));
    return node;
  };

  const player = (file, { say, fresh }) => {
    const node = make(kindOf(file), { controls: true, preload: "none", src: file.url, "aria-label": file.name });
    node.addEventListener("error", async () => { node.src = (await fresh(file)).url; node.play().catch(() => {}); }, { once: true });
    return make("span", { className: "played", children: [node, saver(file, { say, fresh, isSmall: true })] });
  };

  const saver = (file, { say, fresh, isSmall = false }) => {
    const node = make("button", { className: `file${isSmall ? " small" : ""}`, type: "button", title: say("save_file"), children: [icon(isSmall ? "save" : "file"), words(file, sizeOf(file.size, say)), isSmall ? null : icon("save")] });
    node.addEventListener("click", () => save(file, fresh));
    return node;
  };

  const save = async (file, fresh) => {
    const link = make("a", { href: `${(await fresh(file)).url}?save`, download: file.name });
    document.body.append(link);
    link.click();
    link.remove();
  };

  /** The light table: one picture over everything, its neighbours by arrows. */
  const look = (pictures, first, { say, fresh }) => {
    let at = first;
    const image = make("img", { alt: "" }), name = make("span", { className: "name", dir: "auto" });
    const show = async (index) => {
      at = (index + pictures.length) % pictures.length;
      const file = pictures[at];
      image.src = file.thumbnail;
      image.alt = name.textContent = file.name;
      const { url } = await fresh(file);
      if (pictures[at] === file) image.src = url;
    };
    const close = () => table.close();
    const table = make("dialog", { className: "light-table", "aria-label": say("open_picture"), children: [
      make("header", { children: [name, tool("tool", "save", say("save_file"), () => save(pictures[at], fresh)), tool("tool", "close", say("shut"), close)] }),
      image,
      ...(pictures.length > 1 ? [tool("tool before", "previous", say("previous"), () => show(at - 1)), tool("tool after", "next", say("next_one"), () => show(at + 1))] : []),
    ] });
    table.addEventListener("click", (event) => { if (event.target === table) close(); });
    table.addEventListener("keydown", (event) => {
      event.stopPropagation(); // the page's own keys wait behind
      if (pictures.length > 1 && event.key === "ArrowLeft") show(at - 1);
      if (pictures.length > 1 && event.key === "ArrowRight") show(at + 1);
    });
    table.addEventListener("close", () => table.remove());
    document.body.append(table);
    table.showModal();
    show(first);
  };

  globalThis.OtklikFiles = { Tray, draw, send };
})();
