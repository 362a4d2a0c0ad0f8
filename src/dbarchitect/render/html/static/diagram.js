
(() => {
  // The drawing is laid out already; here it is moved, searched, and thinned to one table and its neighbours.
  const step = 1.25, most = 12;
  for (const erd of document.querySelectorAll("[data-erd]")) {
    const canvas = erd.querySelector("[data-canvas]"), found = erd.querySelector("[data-found]");
    const find = erd.querySelector("[data-find]"), unfocus = erd.querySelector("[data-unfocus]");
    const drawings = [...canvas.querySelectorAll(":scope > svg")].map((svg) => {
      const whole = svg.viewBox.baseVal;
      const tables = [...svg.querySelectorAll("[data-table]")], links = [...svg.querySelectorAll("[data-from]")];
      const nodes = [...svg.querySelectorAll("[data-node]")], bundles = [...svg.querySelectorAll("[data-nodes]")];
      return { svg, tables, links, nodes, bundles, stubs: svg.querySelector(".erd-stub") !== null, whole: { x: whole.x, y: whole.y, width: whole.width, height: whole.height }, view: null };
    });
    let now = drawings[0], focused = "";
    // A large schema is first seen as a map of its groups; the drawing after it has their tables.
    const map = drawings[0].nodes.length ? drawings[0] : null, whole = drawings[map ? 1 : 0];
    // On a small screen the first drawing is the fullest whose letters can still be read, in a frame of its height.
    const letters = 12, legible = 5.5, highest = canvas.clientHeight;
    const scale = ({ whole }) => Math.min(canvas.clientWidth / (whole.width + 16), highest / (whole.height + 16));
    if (canvas.clientWidth < 640 && !map) {
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
    const turn = (drawing) => { now = drawing; shown(); fit(); };
    const open = (node) => {
      all();
      turn(whole);
      show(around(boxOf([now.svg.querySelector(`.erd-group[data-group="${node.dataset.node}"]`)]), 24));
    };
    const zoom = (factor, at) => {
      if (map && !focused) {  // into a group, and back out to the map
        const box = now.view.width / canvas.clientWidth, node = now === map && at?.target?.closest?.("[data-node]");
        if (node && factor > 1 && boxOf([node]).width / box > canvas.clientWidth / 2) { open(node); return; }
        if (now !== map && factor < 1 && now.view.width >= around(now.whole, 8).width * 1.2) { turn(map); return; }
      }
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
    // Neighbours that stand far away come to the table for as long as it is looked at: what it refers to on its left, what
    // refers to it on its right. Many of them are a block with one line; so many that their letters could not be read are
    // there by name alone, and where even these are too many, the first can be read and the rest stands beside them.
    const gap = 24, lane = 90, tall = 14, readable = 8, close = 6;
    let gathered = null;
    const size = (one) => { const { width, height } = one.querySelector("rect"); return { width: width.baseVal.value, height: height.baseVal.value }; };
    const make = (parent, name, values) => {
      const one = parent.appendChild(document.createElementNS("http://www.w3.org/2000/svg", name));
      for (const [key, value] of Object.entries(values)) one.setAttribute(key, value);
      return one;
    };
    const release = () => {
      if (!gathered) return;
      for (const [one, before] of gathered.before) one.setAttribute("transform", before);
      gathered.layer.remove();
      gathered.svg.classList.remove("gathered");
      gathered = null;
    };
    const gather = (name) => {
      const byName = new Map(now.tables.map((one) => [one.dataset.table, one])), chosen = byName.get(name);
      const links = now.links.filter(({ dataset: { from, to } }) => (from === name || to === name) && from !== to);
      const parents = new Set(links.filter((one) => one.dataset.from === name).map((one) => one.dataset.to));
      const children = new Set(links.map((one) => one.dataset.from).filter((one) => one !== name && !parents.has(one)));
      const layer = make(now.svg, "g", { class: "erd-near" });
      gathered = { svg: now.svg, layer, before: new Map([name, ...parents, ...children].map((one) => [byName.get(one), byName.get(one).getAttribute("transform")])) };
      now.svg.classList.add("gathered");
      const room = { width: canvas.clientWidth, height: canvas.clientHeight };
      const own = size(chosen), [x, y] = gathered.before.get(chosen).match(/[-\d.]+/g).map(Number), middle = y + own.height / 2;
      const view = { left: x, right: x + own.width, top: y, bottom: y + own.height }, at = new Map([[name, { x, y, ...own }]]);
      for (const [names, side] of [[parents, -1], [children, 1]]) {
        let nodes = [...names].map((one) => [one, size(byName.get(one)), byName.get(one)]), between = gap;
        const block = nodes.length > tall, mean = (pick) => nodes.reduce((sum, one) => sum + pick(one[1]) + between, 0) / nodes.length;
        const beside = own.width + lane + 3 * gap;
        const fits = (columns) => Math.min(room.width / (beside + columns * mean((one) => one.width)), room.height / (2 * gap + Math.ceil(nodes.length / columns) * mean((one) => one.height)));
        let columns = block ? Math.ceil(Math.sqrt(nodes.length * mean((one) => one.height) / mean((one) => one.width))) : 1;
        if (block && fits(columns) * letters < readable) {
          for (const [, , table] of nodes) table.classList.add("away");
          nodes = named(layer, nodes.map((one) => one[2]));
          between = close;
          columns = nodes.map((_, place) => place + 1).reduce((best, one) => fits(one) > fits(best) ? one : best);
          if (fits(columns) * letters < readable) columns = Math.ceil(nodes.length / Math.floor((room.height * letters / readable - 2 * gap) / mean((one) => one.height)));
        }
        const rows = Math.ceil(nodes.length / columns);
        let edge = side > 0 ? x + own.width + lane : x - lane;
        for (let column = 0; column < columns && nodes.length; column++) {
          const part = nodes.slice(column * rows, (column + 1) * rows), widest = Math.max(0, ...part.map((one) => one[1].width));
          const measured = between === close ? nodes.slice(0, rows) : part;  // names begin at one height
          let top = middle - measured.reduce((sum, one) => sum + one[1].height + between, -between) / 2;
          for (const [one, { width, height }, table] of part) {
            const left = side > 0 ? edge : edge - width;
            table.setAttribute("transform", `translate(${left} ${top})`);
            at.set(one, { x: left, y: top, width, height, block });
            view.top = Math.min(view.top, top);
            view.bottom = Math.max(view.bottom, top + height);
            view.left = Math.min(view.left, left);
            view.right = Math.max(view.right, left + width);
            top += height + between;
          }
          edge += side * (widest + between);
        }
        if (block) {
          const found = nodes.map((one) => at.get(one[0])), left = Math.min(...found.map((one) => one.x)) - 12;
          const top = Math.min(...found.map((one) => one.y)) - 12, right = Math.max(...found.map((one) => one.x + one.width)) + 12;
          const frame = make(layer, "rect", { class: "erd-frame", x: left, y: top, rx: 10, width: right - left, height: Math.max(...found.map((one) => one.y + one.height)) + 12 - top });
          layer.prepend(frame);
          make(layer, "path", { class: "erd-line", d: side > 0 ? `M${left} ${middle}H${x + own.width}` : `M${x} ${middle}H${right}` });
        }
      }
      const row = (one, columns) => {
        const place = at.get(one), first = columns.split(", ")[0];
        const column = [...byName.get(one).querySelectorAll("[data-column]")].find((cell) => cell.dataset.column === first);
        return place.y + (column ? Number(column.querySelector("text").getAttribute("y")) - 4 : Math.min(16, place.height / 2));
      };
      for (const one of links) {
        const { from, to, columns } = one.dataset, child = at.get(from), parent = at.get(to);
        if (!child || !parent || child.block || parent.block) continue;
        const right = child.x > parent.x, out = right ? -1 : 1;  // the parent is on the left
        const start = { x: right ? child.x : child.x + child.width, y: row(from, columns) }, end = { x: right ? parent.x + parent.width : parent.x, y: row(to, "") };
        const edge = make(layer, "g", { class: one.getAttribute("class").replace("away", "") });
        edge.append(one.querySelector("title").cloneNode(true));
        make(edge, "path", { class: "erd-line", d: `M${start.x} ${start.y}C${start.x + out * lane / 2} ${start.y} ${end.x - out * lane / 2} ${end.y} ${end.x} ${end.y}` });
        make(edge, "path", { class: "erd-mark", d: `M${end.x - out * 7} ${end.y - 4}L${end.x} ${end.y}L${end.x - out * 7} ${end.y + 4}` });
      }
      now.svg.insertBefore(layer, now.svg.querySelector(".erd-tables"));
      const widest = room.width * letters / readable - 2 * gap, cut = layer.querySelector("[data-table]") && view.right - view.left > widest;
      if (cut) {
        view.left = Math.min(Math.max(x + own.width / 2 - widest / 2, view.left), view.right - widest);
        view.right = view.left + widest;
      }
      return { box: { x: view.left, y: view.top, width: view.right - view.left, height: view.bottom - view.top }, cut };
    };
    const named = (layer, tables) => {  // their names as small boxes of one width, by the alphabet
      const label = (one) => one.querySelector(".erd-name").textContent;
      const cells = [...tables].sort((one, other) => label(one).localeCompare(label(other))).map((table) => {
        const cell = make(layer, "g", { class: table.getAttribute("class").replace("away", ""), "data-table": table.dataset.table });
        cell.append(table.querySelector("title").cloneNode(true));
        const box = make(cell, "rect", { class: "erd-box erd-head", height: 22, rx: 4 }), name = make(cell, "text", { class: "erd-name", x: 8, y: 15.5 });
        name.textContent = label(table);
        return [table.dataset.table, box, cell, name];
      });
      const width = Math.max(...cells.map((one) => one[3].getComputedTextLength())) + 16;
      return cells.map(([name, box, cell]) => { box.setAttribute("width", width); return [name, { width, height: 22 }, cell]; });
    };
    const thin = (keep, keepLink) => {
      for (const one of now.tables) {
        one.classList.toggle("away", !keep(one.dataset.table));
        one.classList.toggle("chosen", one.dataset.table === focused);
      }
      for (const one of now.links) one.classList.toggle("away", !keepLink(one.dataset.from, one.dataset.to));
    };
    const all = () => {
      release();
      focused = "";
      thin(() => true, () => true);
      for (const { nodes, bundles } of drawings) for (const one of [...nodes, ...bundles]) one.classList.remove("away");
      unfocus.hidden = true;
      found.textContent = "";
      trim();
    };
    const focus = (name) => {
      release();
      if (now === map) turn(whole);
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
      if (now.stubs) canvas.dataset.room = "";
      const { box, cut } = now.stubs ? gather(name) : { box: boxOf(nodes), cut: false };
      found.textContent = `${name}: ${others} ${others === 1 ? "neighbour" : "neighbours"}${cut ? ", drag to see all" : ""}`;
      const view = around(box, 24);
      // One small table shall not fill the screen.
      const widest = canvas.clientWidth / 1.3;
      show(view.width < widest ? around({ x: view.x, y: view.y, width: view.width, height: view.height },
        (widest - view.width) / 2) : view);
    };
    const search = () => {
      const words = find.value.trim().toLowerCase();
      if (!words) { all(); return []; }
      release();
      const hits = (now === map ? whole : now).tables.filter((one) => (one.dataset.table + " " + one.textContent).toLowerCase().includes(words));
      hits.sort((one, other) => other.dataset.table.toLowerCase().includes(words) - one.dataset.table.toLowerCase().includes(words));
      const names = new Set(hits.map((one) => one.dataset.table));
      thin((one) => names.has(one), (from, to) => names.has(from) && names.has(to));
      unfocus.hidden = false;
      found.textContent = hits.length === 1 ? "1 table" : `${hits.length || "no"} tables`;
      if (now === map) {
        const groups = new Set(hits.map((one) => one.dataset.group));
        for (const one of map.nodes) one.classList.toggle("away", !groups.has(one.dataset.node));
        for (const one of map.bundles) one.classList.add("away");
        if (groups.size) found.textContent += ` in ${groups.size} ${groups.size === 1 ? "group" : "groups"}`;
      }
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
      const node = event.target.closest("[data-node]");
      if (node) { open(node); return; }
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
    const beside = (node) => {  // the lines of a group alone, as long as it is pointed at
      for (const one of map.bundles) one.classList.toggle("away", node !== null && !one.dataset.nodes.split(" ").includes(node.dataset.node));
    };
    for (const node of map?.nodes ?? []) {
      node.setAttribute("tabindex", "0");
      node.setAttribute("role", "button");
      for (const kind of ["pointerenter", "focus"]) node.addEventListener(kind, () => { if (!find.value) beside(node); });
      for (const kind of ["pointerleave", "blur"]) node.addEventListener(kind, () => { if (!find.value) beside(null); });
      node.addEventListener("keydown", (event) => { if (event.key === "Enter") { open(node); canvas.focus({ preventScroll: true }); } });
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
        if (name && now !== map) focus(name); else search();
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
        const name = focused;
        release();
        const copy = now.svg.cloneNode(true), whole = now.whole;
        copy.setAttribute("viewBox", `${whole.x} ${whole.y} ${whole.width} ${whole.height}`);
        copy.setAttribute("width", whole.width);
        copy.setAttribute("height", whole.height);
        for (const one of copy.querySelectorAll(".away")) one.classList.remove("away");
        for (const one of copy.querySelectorAll(".chosen")) one.classList.remove("chosen");
        copy.removeAttribute("hidden");
        save("schema.svg", "image/svg+xml", new XMLSerializer().serializeToString(copy));
        if (name) focus(name);
      });
    }
    // On paper a drawing is whole, no larger than it was drawn, and leaves room for the text beside it where it can be read.
    let paper = null;
    addEventListener("beforeprint", () => {
      const { x, y, width, height } = now.whole;
      paper = now.view;
      if (!gathered) now.svg.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
      now.svg.style.maxWidth = `${width}px`;
      now.svg.style.setProperty("--legible", `${height * legible / letters}px`);
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
