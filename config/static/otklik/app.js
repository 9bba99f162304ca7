// Behaviour of the shell. Everything is declared by data attributes; every page works without it.
(() => {
  "use strict";
  const root = document.documentElement;

  // --- theme: system → light → dark → system --------------------------------------
  const ORDER = ["system", "light", "dark"];
  const theme = () => root.dataset.theme || "system";
  const showTheme = () => {
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      const label = button.dataset[`label${theme()[0].toUpperCase()}${theme().slice(1)}`];
      if (label) { button.title = label; button.setAttribute("aria-label", label); }
      for (const icon of button.querySelectorAll("[data-theme-icon]")) icon.toggleAttribute("hidden", icon.dataset.themeIcon !== theme());
    }
  };
  const setTheme = (value) => {
    if (value === "system") delete root.dataset.theme; else root.dataset.theme = value;
    try { value === "system" ? localStorage.removeItem("otklik.theme") : localStorage.setItem("otklik.theme", value); } catch { /* not kept, still applied */ }
    showTheme();
  };

  // --- drawer ---------------------------------------------------------------------
  const sidebar = document.getElementById("sidebar");
  const opener = document.querySelector("[data-drawer-open]");
  const drawer = (open) => {
    if (!sidebar) return;
    sidebar.classList.toggle("open", open);
    opener?.setAttribute("aria-expanded", String(open));
    if (open) sidebar.querySelector("a, button")?.focus(); else opener?.focus();
  };

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest?.(selector);
    let target;
    if (at("[data-theme-toggle]")) setTheme(ORDER[(ORDER.indexOf(theme()) + 1) % ORDER.length]);
    else if (at("[data-drawer-open]")) { event.preventDefault(); drawer(!sidebar?.classList.contains("open")); }
    else if (at("[data-drawer-close]")) { event.preventDefault(); drawer(false); }
    else if ((target = at("[data-dismiss]"))) target.closest(target.dataset.dismiss)?.remove();
    else if ((target = at("[data-copy]"))) copy(target);
    else if ((target = at("[data-dialog-open]"))) { event.preventDefault(); document.getElementById(target.dataset.dialogOpen)?.showModal(); }
    else if ((target = at("[data-dialog-close]"))) target.closest("dialog")?.close();
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary")?.focus(); }
    else if (sidebar?.classList.contains("open")) drawer(false);
  });

  // --- the search of the whole shop: Ctrl K, arrows, Enter -----------------------------
  const palette = document.getElementById("palette"), sought = palette?.querySelector("input");
  const openPalette = () => { palette.showModal(); sought.select(); sought.dispatchEvent(new Event("palette")); };
  document.addEventListener("click", (event) => {
    if (palette && event.target.closest?.("[data-palette]")) { event.preventDefault(); openPalette(); }
    else if (event.target === palette) palette.close();
  });
  document.addEventListener("keydown", (event) => {
    if (palette && (event.ctrlKey || event.metaKey) && !event.altKey && event.code === "KeyK" && !event.defaultPrevented) { event.preventDefault(); openPalette(); }
  });
  palette?.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const stops = [sought, ...palette.querySelectorAll(".palette-list a")];
    stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length].focus();
  });

  // --- forms ------------------------------------------------------------------------
  document.addEventListener("submit", (event) => {
    const form = event.target, question = event.submitter?.dataset.confirm || form.dataset.confirm;
    if (question && !window.confirm(question)) { event.preventDefault(); return; }
    if (form.matches("[data-once]")) setTimeout(() => form.querySelectorAll("button[type=submit], button:not([type])").forEach((b) => { b.disabled = true; }));
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-autosubmit]")) event.target.form?.requestSubmit();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("[data-once] button:disabled").forEach((b) => { b.disabled = false; });
  });

  const copy = async (button) => {
    const source = document.querySelector(button.dataset.copy);
    const text = source ? (source.value ?? source.textContent).trim() : button.dataset.copy;
    try { await navigator.clipboard.writeText(text); } catch {
      if (!source) return;
      getSelection().selectAllChildren(source);
      if (!document.execCommand("copy")) return;
    }
    const label = button.querySelector("[data-copy-label]");
    if (!label || button.dataset.copied === undefined) return;
    const before = label.textContent;
    label.textContent = button.dataset.copied;
    setTimeout(() => { label.textContent = before; }, 2000);
  };

  // --- toasts leave by themselves, except errors ---------------------------------
  const expire = (toast) => { if (!toast.matches(".error, .warning")) setTimeout(() => toast.remove(), 6000); };
  document.querySelectorAll(".toast").forEach(expire);
  window.otklik = {
    /** Show a passing notice: otklik.toast("Saved", "success"). */
    toast(text, kind = "info") {
      const toast = document.createElement("div");
      toast.className = `toast ${kind}`;
      const line = document.createElement("p");
      line.textContent = text;
      toast.append(line);
      document.querySelector(".toasts")?.append(toast);
      expire(toast);
    },
  };

  // --- moments in the reader's own words: <time data-relative datetime="…"> ----------
  const relative = new Intl.RelativeTimeFormat(root.lang || "ru", { numeric: "auto" });
  const STEPS = [[60, "second"], [60, "minute"], [24, "hour"], [7, "day"], [4.35, "week"], [12, "month"], [Infinity, "year"]];
  const showMoments = () => {
    for (const element of document.querySelectorAll("time[data-relative]")) {
      let amount = (Date.parse(element.dateTime) - Date.now()) / 1000;
      if (Number.isNaN(amount)) continue;
      if (!element.title) element.title = element.textContent.trim();
      for (const [size, unit] of STEPS) {
        if (Math.abs(amount) < size) { element.textContent = relative.format(Math.round(amount), unit); break; }
        amount /= size;
      }
    }
  };
  showMoments();
  document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  setInterval(showMoments, 30_000);
  document.addEventListener("htmx:afterSwap", showMoments);
  showTheme();
})();
