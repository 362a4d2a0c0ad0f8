
"use strict";
(() => {
  // Colours: as the system has them, light, dark. Kept for this file only where the browser allows it.
  const names = ["auto", "light", "dark"], schemes = ["light dark", "light", "dark"];
  const theme = document.querySelector("[data-theme-button]");
  let chosen = 0;
  // A drawing has colours of its own, by the system's scheme: it follows what was chosen here.
  const dark = [...document.styleSheets].flatMap((one) => [...one.cssRules])
    .filter((one) => one.media?.mediaText.includes("prefers-color-scheme: dark"));
  const drawings = (text) => { for (const one of dark) one.media.mediaText = text; };
  const follow = () => drawings(["(prefers-color-scheme: dark)", "not all", "all"][chosen]);
  theme.addEventListener("click", () => {
    chosen = (chosen + 1) % 3;
    document.documentElement.style.colorScheme = schemes[chosen];
    follow();
    theme.textContent = `Colours: ${names[chosen]}`;
  });
  document.querySelector("[data-print]").addEventListener("click", () => print());

  // On paper nothing can be opened.
  let opened = [];
  addEventListener("beforeprint", () => {
    drawings("not all");
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => {
    follow();
    for (const one of opened) one.open = false;
  });

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", async () => {
      const code = button.parentElement.querySelector("code");
      let done = true;
      try { await navigator.clipboard.writeText(code.textContent); }
      catch {  // a file that was opened from disk may not be allowed to: what can be done is to select it
        getSelection().selectAllChildren(code);
        done = document.execCommand("copy");
      }
      button.textContent = done ? "Copied" : "Selected";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
  }

  for (const button of document.querySelectorAll("[data-open-all]")) {
    button.addEventListener("click", () => {
      const folds = [...button.closest("section").querySelectorAll("details")], open = folds.some((one) => !one.open);
      for (const one of folds) one.open = open;
      button.textContent = open ? "Close all" : "Open all";
    });
  }

  // A link to what is folded opens it.
  const unfold = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  unfold();

  const links = new Map([...document.querySelectorAll(".contents a")].map((one) => [one.hash.slice(1), one]));
  const seen = new IntersectionObserver((entries) => {
    for (const one of entries) if (one.isIntersecting) {
      for (const link of links.values()) link.removeAttribute("aria-current");
      links.get(one.target.id)?.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-10% 0px -75% 0px" });
  for (const section of document.querySelectorAll("main section[id]")) seen.observe(section);
})();
