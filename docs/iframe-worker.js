// The search works in a Worker, which browsers refuse to a page that was opened from a disk: there a hidden frame of the
// same page takes its place. (Zensical would fetch such a stand-in from another host; the name tells it of this one.)
if (location.protocol === "file:") {
  window.Worker = class {
    constructor(address) {
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      this.frame.srcdoc = "<!doctype html><title>search</title>";
      this.inside = new Promise((resolve) => {
        this.frame.addEventListener("load", () => {
          const inside = this.frame.contentWindow, script = inside.document.createElement("script");
          inside.postMessage = (data) => { const copy = structuredClone(data); setTimeout(() => this.onmessage?.({ data: copy })); };
          script.src = new URL(address, document.baseURI).href;
          script.addEventListener("load", () => resolve(inside));
          script.addEventListener("error", () => this.onerror?.(new Event("error", { cancelable: true })));
          inside.document.head.append(script);
        }, { once: true });
      });
      document.documentElement.append(this.frame);
    }

    postMessage(data) {
      const copy = structuredClone(data); // as a Worker's: what is sent is not shared
      this.inside.then((inside) => inside.onmessage?.({ data: copy }));
    }

    terminate() {
      this.frame.remove();
    }
  };
}
