
(() => {
  // Work that goes on elsewhere: what is told of it is shown as it comes, and its end shows its result.
  const work = document.querySelector("[data-job]");
  if (work) {
    const log = work.querySelector("[data-log]"), since = work.querySelector("[data-since]");
    const began = Date.now() - 1000 * Number(since.dataset.since);
    const tick = () => { since.textContent = `${Math.round((Date.now() - began) / 1000)} s`; };
    tick();
    setInterval(tick, 1000);
    const events = new EventSource(`/jobs/${work.dataset.job}/events?seen=${work.dataset.seen}`);
    events.addEventListener("told", (event) => {
      const line = document.createElement("li");
      line.textContent = JSON.parse(event.data);
      log.append(line);
      while (log.children.length > 200) log.firstElementChild.remove();
      line.scrollIntoView({ block: "nearest" });
    });
    events.addEventListener("opened", () => { if (work.dataset.until === "opened") { events.close(); location.reload(); } });
    events.addEventListener("ended", () => { events.close(); location.reload(); });
  }

  for (const input of document.querySelectorAll("[data-filter]")) {
    const rows = [...document.getElementById(input.dataset.filter).tBodies[0].rows];
    const said = document.querySelector("[data-filtered]");
    input.addEventListener("input", () => {
      const words = input.value.trim().toLowerCase();
      let left = 0;
      for (const row of rows) { row.hidden = !row.dataset.words.toLowerCase().includes(words); left += !row.hidden; }
      said.textContent = words ? `${left} of ${rows.length}` : "";
    });
  }

  // Ctrl or Command and Enter send what was written.
  for (const area of document.querySelectorAll("form.ask textarea")) {
    area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); area.form.requestSubmit(); }
    });
  }
})();
