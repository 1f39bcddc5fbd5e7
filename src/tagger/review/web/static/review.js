"use strict";
// What the pages do beyond links and forms: keys, drafts that survive a reload, and acts that are sent again until saved.

(() => {
  // Where a browser keeps nothing for this site, things last as long as the page.
  const shelf = (name) => {
    const memory = new Map();
    return {
      get: (key) => {
        if (memory.has(key)) return memory.get(key);
        try { return JSON.parse(window[name].getItem(key)); } catch { return null; }
      },
      set: (key, value) => {
        try { window[name].setItem(key, JSON.stringify(value)); memory.delete(key); return true; } catch { memory.set(key, value); return false; }
      },
      drop: (key) => { memory.delete(key); try { window[name].removeItem(key); } catch { /* nothing was kept */ } },
    };
  };
  const store = shelf("localStorage");
  const session = shelf("sessionStorage");
  const main = () => document.getElementById("main");
  const serving = () => main()?.dataset.serving || "";
  const tell = (text) => { document.getElementById("saving").textContent = text; };

  // One request at a time: what is pressed meanwhile waits, and is let go if something else is asked by then.
  let busy = false;
  let waiting = [];

  const about = (form, name) => form?.elements[name]?.value || "";
  const question = (button) => [serving(), button.name === "act" && about(button.form, "value"), button.name === "act" && about(button.form, "suggestion")].join();

  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!decides(event.target) || (!busy && !outbox().length)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (outbox().length) { keep(event.target, button); return; }
    if (button?.name) waiting.push({ question: question(button), name: button.name, value: button.value });
  }, true);

  function goOn() {
    busy = false;
    const next = waiting.shift();
    if (!next) return;
    const same = [...document.querySelectorAll(`button[name="${next.name}"]`)].find((b) => b.value === next.value);
    if (same && question(same) !== next.question) { waiting = []; return; }
    if (same) same.click(); else goOn();
  }

  // Acts that could not be sent: kept in the browser, sent again in their order, each under its own id.
  // They are their reader's: another person at the same computer neither sends nor loses them.
  const box = () => `outbox:${location.host}:${main()?.dataset.reader || ""}`;
  const outbox = () => store.get(box()) || [];
  const decides = (form) => Boolean(form.closest(".bar, .values"));

  function keep(form, button) {
    const fields = new URLSearchParams(new FormData(form, button));
    keepFields(new URL(form.action).pathname + new URL(form.action).search, fields.toString());
    if (button?.name === "mark") flip(button);
    anew(form);
  }

  // A form that was kept may be pressed again: that is another step, under another id, and a mark then the other way.
  const anew = (form) => { if (form.elements.id) form.elements.id.value = crypto.randomUUID(); };

  function flip(mark) {
    const [value, answer] = mark.value.split(/:(?=[^:]*$)/);
    const on = answer === "yes";
    mark.value = `${value}:${on ? "not asked" : "yes"}`;
    mark.setAttribute("aria-pressed", String(on));
    mark.closest(".value").classList.toggle("yes", on);
  }

  function keepFields(path, body) {
    lasting = store.set(box(), [...outbox(), { path, body }]);
    tell(`This could not be saved just now. ${KEPT()}, and is sent again until it is saved.`);
    setTimeout(sendAgain, 1500);
  }

  let lasting = true;
  const KEPT = () => lasting ? "It is kept on this computer" : "It is kept while this page is open: leave it open";
  const MOST_TRIES = 5;

  const reason = async (answer) =>
    new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main p")?.textContent || "it was refused.";

  let sending = false;
  async function sendAgain() {
    if (sending || !outbox().length) return;
    sending = true;
    let last = location.href;
    let refused = "";
    try {
      for (let item = outbox()[0]; item; item = outbox()[0]) {
        // It was kept under this reader's name, perhaps before they signed in again.
        const body = new URLSearchParams(item.body);
        body.set("by", main().dataset.by);
        const answer = await fetch(item.path, { method: "POST", body });
        // Saved is answered with a redirect, whatever becomes of the page that it leads to.
        if (answer.status === 401) { location.assign("/who"); return; }
        if (!answer.redirected && answer.status === 503) throw new Error("503");
        // A fault may pass; one that stays must not keep all that was pressed after it.
        if (!answer.redirected && answer.status >= 500 && (item.tries || 0) < MOST_TRIES) {
          store.set(box(), [{ ...item, tries: (item.tries || 0) + 1 }, ...outbox().slice(1)]);
          throw new Error(String(answer.status));
        }
        if (answer.redirected) last = answer.url; else refused = await reason(answer);
        store.set(box(), outbox().slice(1));
      }
      store.drop(box());
      if (refused) { tell(`Not saved: ${refused}`); return; }
      tell("Saved.");
      location.assign(last);
    } catch {
      tell(`This could not be saved yet. ${KEPT()}, and is sent again until it is saved.`);
      setTimeout(sendAgain, 2000);
    } finally { sending = false; }
  }

  document.addEventListener("htmx:beforeRequest", () => { busy = true; });
  document.addEventListener("htmx:afterSettle", () => { try { settled(); } finally { goOn(); } });
  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => {
      busy = false;
      waiting = [];
      const { requestConfig: asked, xhr } = event.detail;
      if (xhr && xhr.status && xhr.status !== 503) return;
      if (asked.verb === "post" && decides(event.detail.elt)) {
        const fields = new URLSearchParams();
        for (const [name, value] of asked.formData.entries()) if (typeof value === "string") fields.append(name, value);
        keepFields(asked.path, fields.toString());
        const mark = event.detail.elt.querySelector(`button[name="mark"][value="${CSS.escape(fields.get("mark") || "")}"]`);
        if (mark) flip(mark);
        anew(event.detail.elt);
      } else if (xhr?.status === 503) tell("The study is busy just now. Try again in a moment.");
      else tell("The page could not be reached just now. Is the program still running? Try again in a moment.");
    });
  }

  // Drafts: what is being written is still there after a reload.
  const draftKey = (field) => `draft:${serving() || location.pathname}:${field.id}`;
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-draft]")) store.set(draftKey(event.target), event.target.value);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful || event.detail.requestConfig.verb !== "post") return;
    for (const field of document.querySelectorAll("[data-draft]")) {
      if (event.detail.requestConfig.formData.get(field.name) === field.value.trim() && field.value) store.drop(draftKey(field));
    }
  });

  // Keys: one each, as the reader set them; never while typing, and Enter stays what it is on buttons and links.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { closePanels(); return; }
    const page = main();
    if (event.repeat || page?.dataset.shortcuts !== "on" || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (["Enter", " "].includes(event.key) && event.target.closest("button, a, summary")) return;
    const keys = JSON.parse(page.dataset.keys);
    const pressed = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const act = Object.keys(keys).find((name) => keys[name] === pressed) || (/^[1-9]$/.test(pressed) ? pressed : "");
    if (!act) return;
    if (act === "help") { event.preventDefault(); document.querySelector('.menu a[href="/help"]').click(); return; }
    if (act === "memo") { event.preventDefault(); open("details.more"); document.getElementById("memo").focus(); return; }
    const button = document.querySelector(`[data-key~="${act}"]`);
    if (!button) return;
    event.preventDefault();
    if (act === "choose") { open("details.else"); document.getElementById("unlisted-note").focus(); return; }
    button.click();
  });

  function open(selector) { closePanels(); document.querySelector(selector)?.setAttribute("open", ""); }
  function closePanels() {
    for (const panel of document.querySelectorAll("details.panel[open], details.menu[open]")) panel.removeAttribute("open");
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]") || !event.target.closest("details.panel, details.menu")) closePanels();
    if (event.target.closest("[data-carry-on]")) { rested(); document.getElementById("rest").hidden = true; }
  });

  // A gentle word after a time that the reader set.
  const SINCE = "reading-since";
  const rested = () => session.set(SINCE, Date.now());
  setInterval(() => {
    const rest = document.getElementById("rest");
    const since = Number(session.get(SINCE) || 0);
    if (rest && serving() && since && Date.now() - since > Number(rest.dataset.after) * 60000) rest.hidden = false;
  }, 15000);

  let before = { path: "", serving: "", search: "", suggestion: "" };
  function settled() {
    const asked = document.querySelector(".suggestion.asked");
    const now = { path: location.pathname, serving: serving(), search: location.search, suggestion: asked?.id || "" };
    for (const field of document.querySelectorAll("[data-draft]")) field.value ||= store.get(draftKey(field)) || "";
    if (now.path === "/pause" || (now.serving && !session.get(SINCE))) rested();
    if (now.path !== before.path || now.serving !== before.serving) {
      if (before.path) (document.getElementById("passage") || main()).focus({ preventScroll: true });
      if (!location.hash) bringIntoView();
    } else if (asked && now.suggestion !== before.suggestion) {
      document.querySelector("mark.excerpt")?.scrollIntoView({ block: "center" });
      asked.scrollIntoView({ block: "nearest" });
    } else if (now.search !== before.search && !location.hash) {
      document.querySelector("mark.excerpt")?.scrollIntoView({ block: "center" });
    }
    if (before.path && serving()) document.getElementById("announce").textContent = document.querySelector(".bar .news")?.textContent || "";
    before = now;
  }

  function bringIntoView() {
    window.scrollTo(0, 0);
    const marks = document.querySelectorAll("mark.excerpt");
    const bar = document.querySelector(".bar");
    if (!marks.length || !bar) return;
    const room = window.innerHeight - bar.offsetHeight;
    const top = marks[0].getBoundingClientRect().top;
    const bottom = marks[marks.length - 1].getBoundingClientRect().bottom;
    if (bottom > room - 16) window.scrollTo(0, Math.max(0, Math.min(top - 40, bottom - room + 16)));
  }

  const start = () => { settled(); sendAgain(); };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})();
