
(() => {
  // The drawing is laid out already; here it is moved, searched, and thinned to one table and its neighbours.
  const step = 1.25, most = 12;
  for (const erd of document.querySelectorAll("[data-erd]")) {
    const canvas = erd.querySelector("[data-canvas]"), found = erd.querySelector("[data-found]");
    const find = erd.querySelector("[data-find]"), unfocus = erd.querySelector("[data-unfocus]");
    const drawings = [...canvas.querySelectorAll(":scope > svg")].map((svg) => {
      const whole = svg.viewBox.baseVal;
      const tables = [...svg.querySelectorAll("[data-table]")], links = [...svg.querySelectorAll("[data-from]")];
      return { svg, tables, links, whole: { x: whole.x, y: whole.y, width: whole.width, height: whole.height }, view: null };
    });
    let now = drawings[0], focused = "";
    // On a small screen the first drawing is the fullest whose letters can still be read, in a frame of its height.
    const letters = 12, legible = 5.5, highest = canvas.clientHeight;
    const scale = ({ whole }) => Math.min(canvas.clientWidth / (whole.width + 16), highest / (whole.height + 16));
    if (canvas.clientWidth < 640) {
      const full = [...drawings].sort((one, other) => other.whole.width * other.whole.height - one.whole.width * one.whole.height);
      now = full.find((one) => scale(one) * letters >= legible) ?? full[full.length - 1];
    }
    const trim = () => {
      const needed = scale(now) * (now.whole.height + 16);
      canvas.dataset.room = canvas.clientWidth >= 640 ? "" : needed < 224 ? "low" : needed < 336 ? "middle" : "";
    };

    const show = (view) => {
      now.view = view;
      now.svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
    };
    // The window has the shape of the canvas, so that a pixel is as wide as it is high.
    const around = (box, margin) => {
      const shape = Math.max(canvas.clientWidth, 1) / Math.max(canvas.clientHeight, 1);
      let width = box.width + 2 * margin, height = box.height + 2 * margin;
      if (width / height < shape) width = height * shape; else height = width / shape;
      return { x: box.x + box.width / 2 - width / 2, y: box.y + box.height / 2 - height / 2, width, height };
    };
    const fit = () => show(around(now.whole, 8));
    const zoom = (factor, at) => {
      const view = now.view, limit = around(now.whole, 8).width * 1.5;
      const width = Math.min(Math.max(view.width / factor, canvas.clientWidth / most), limit);
      const ratio = width / view.width, box = canvas.getBoundingClientRect();
      const u = at ? (at.clientX - box.left) / box.width : .5, v = at ? (at.clientY - box.top) / box.height : .5;
      show({ x: view.x + view.width * u * (1 - ratio), y: view.y + view.height * v * (1 - ratio),
        width, height: view.height * ratio });
    };
    const move = (dx, dy) => show({ ...now.view, x: now.view.x + dx * now.view.width, y: now.view.y + dy * now.view.height });

    const boxOf = (nodes) => {
      const seen = now.svg.getScreenCTM().inverse(), corners = [];
      for (const node of nodes) {
        const box = node.getBoundingClientRect();
        for (const [x, y] of [[box.left, box.top], [box.right, box.bottom]]) corners.push(new DOMPoint(x, y).matrixTransform(seen));
      }
      const xs = corners.map((one) => one.x), ys = corners.map((one) => one.y);
      const x = Math.min(...xs), y = Math.min(...ys);
      return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
    };
    const thin = (keep, keepLink) => {
      for (const one of now.tables) {
        one.classList.toggle("away", !keep(one.dataset.table));
        one.classList.toggle("chosen", one.dataset.table === focused);
      }
      for (const one of now.links) one.classList.toggle("away", !keepLink(one.dataset.from, one.dataset.to));
    };
    const all = () => {
      focused = "";
      thin(() => true, () => true);
      unfocus.hidden = true;
      found.textContent = "";
    };
    const focus = (name) => {
      const near = new Set([name]);
      for (const { dataset: { from, to } } of now.links) {
        if (from === name) near.add(to);
        if (to === name) near.add(from);
      }
      const nodes = now.tables.filter((one) => near.has(one.dataset.table));
      if (!nodes.length) return;
      focused = name;
      thin((one) => near.has(one), (from, to) => from === name || to === name);
      unfocus.hidden = false;
      const others = near.size - 1;
      found.textContent = `${name}: ${others} ${others === 1 ? "neighbour" : "neighbours"}`;
      const view = around(boxOf(nodes), 24);
      // One small table shall not fill the screen.
      const widest = canvas.clientWidth / 1.3;
      show(view.width < widest ? around({ x: view.x, y: view.y, width: view.width, height: view.height },
        (widest - view.width) / 2) : view);
    };
    const search = () => {
      const words = find.value.trim().toLowerCase();
      if (!words) { all(); return []; }
      const hits = now.tables.filter((one) => (one.dataset.table + " " + one.textContent).toLowerCase().includes(words));
      hits.sort((one, other) => other.dataset.table.toLowerCase().includes(words) - one.dataset.table.toLowerCase().includes(words));
      const names = new Set(hits.map((one) => one.dataset.table));
      thin((one) => names.has(one), (from, to) => names.has(from) && names.has(to));
      unfocus.hidden = false;
      found.textContent = hits.length === 1 ? "1 table" : `${hits.length || "no"} tables`;
      return hits;
    };
    find.addEventListener("input", search);
    find.addEventListener("keydown", (event) => {
      if (event.key === "Enter") { const hits = search(); if (hits.length) focus(hits[0].dataset.table); event.preventDefault(); }
      if (event.key === "Escape") { find.value = ""; all(); fit(); }
    });
    unfocus.addEventListener("click", () => { find.value = ""; all(); fit(); });

    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== canvas) return;  // the page scrolls over it
      event.preventDefault();
      zoom(Math.exp(-event.deltaY * .002), event);
    }, { passive: false });
    const held = new Map();
    let dragged = 0, apart = 0;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      held.set(event.pointerId, event);
      dragged = 0; apart = 0;
    });
    canvas.addEventListener("pointermove", (event) => {
      const before = held.get(event.pointerId);
      if (!before) return;
      held.set(event.pointerId, event);
      if (held.size === 2) {
        const [one, other] = [...held.values()];
        const distance = Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
        if (apart) zoom(distance / apart, { clientX: (one.clientX + other.clientX) / 2, clientY: (one.clientY + other.clientY) / 2 });
        apart = distance;
        dragged = 99;
        return;
      }
      const dx = event.clientX - before.clientX, dy = event.clientY - before.clientY;
      dragged += Math.abs(dx) + Math.abs(dy);
      if (dragged > 4) {
        if (!canvas.hasPointerCapture(event.pointerId)) canvas.setPointerCapture(event.pointerId);
        move(-dx / canvas.clientWidth, -dy / canvas.clientHeight);
      }
    });
    const end = (event) => { held.delete(event.pointerId); apart = 0; };
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
    canvas.addEventListener("click", (event) => {
      canvas.focus({ preventScroll: true });
      if (dragged > 4) return;
      const table = event.target.closest("[data-table]");
      if (!table) return;
      if (table.dataset.table === focused) { all(); fit(); } else focus(table.dataset.table);
    });
    canvas.addEventListener("dblclick", (event) => { if (!event.target.closest("[data-table]")) zoom(step * step, event); });
    canvas.addEventListener("keydown", (event) => {
      const does = { ArrowLeft: () => move(-.1, 0), ArrowRight: () => move(.1, 0), ArrowUp: () => move(0, -.1), ArrowDown: () => move(0, .1),
        "+": () => zoom(step), "=": () => zoom(step), "-": () => zoom(1 / step), "0": fit, Escape: () => { find.value = ""; all(); fit(); },
        "/": () => find.focus() }[event.key];
      if (!does || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      does();
    });
    for (const button of erd.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => ({ in: () => zoom(step), out: () => zoom(1 / step), fit })[button.dataset.zoom]());
    }
    for (const button of erd.querySelectorAll("[data-show]")) {
      button.addEventListener("click", () => { focus(button.dataset.show); canvas.scrollIntoView({ block: "nearest" }); canvas.focus({ preventScroll: true }); });
    }
    const variants = [...erd.querySelectorAll("[data-variant]")];
    const shown = () => {
      drawings.forEach((one) => one.svg.toggleAttribute("hidden", one !== now));
      variants.forEach((one, place) => one.setAttribute("aria-pressed", String(drawings[place] === now)));
      trim();
    };
    for (const [place, button] of variants.entries()) {
      button.addEventListener("click", () => {
        const name = focused;
        all();
        now = drawings[place];
        shown();
        fit();
        if (name) focus(name); else search();
      });
    }

    const save = (name, type, text) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type }));
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    };
    for (const button of erd.querySelectorAll("[data-save]")) {
      button.addEventListener("click", () => {
        if (button.dataset.save === "mermaid") {
          save("schema.mmd", "text/plain", erd.querySelector("[data-mermaid]").content.textContent);
          return;
        }
        const copy = now.svg.cloneNode(true), whole = now.whole;
        copy.setAttribute("viewBox", `${whole.x} ${whole.y} ${whole.width} ${whole.height}`);
        copy.setAttribute("width", whole.width);
        copy.setAttribute("height", whole.height);
        for (const one of copy.querySelectorAll(".away")) one.classList.remove("away");
        for (const one of copy.querySelectorAll(".chosen")) one.classList.remove("chosen");
        copy.removeAttribute("hidden");
        save("schema.svg", "image/svg+xml", new XMLSerializer().serializeToString(copy));
      });
    }
    // On paper a drawing is whole, and no larger than it was drawn.
    let paper = null;
    addEventListener("beforeprint", () => {
      const { x, y, width, height } = now.whole;
      paper = now.view;
      now.svg.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
      now.svg.style.maxWidth = `${width}px`;
    });
    addEventListener("afterprint", () => {
      for (const one of drawings) one.svg.style.maxWidth = "";
      if (paper) show(paper);
    });
    shown();
    fit();
    new ResizeObserver(() => { if (!focused) fit(); }).observe(canvas);
  }
})();
