/* Files of an entry form: chosen or dropped, sent in parts, so that a dropped connection goes on where it stopped.

   A zone: [data-files] is the address, data-enclosure the sort of files, data-most the octets that one may have. It holds
   [data-filelist] (the server's list), [data-uploads] (what is under way) and the input. POST <address>/<id> announces a
   file and answers {received, part}; POST <address>/<id>/<offset> takes a part and answers {received}. Without this module
   the input's files go with the form, as a plain post. */

import { save } from "./drafts.js";
import { ask, content, isSessionOver, make, t } from "./page.js";
import { offerLogin } from "./panels.js";
import { banner } from "./toast.js";

const RETRY_MS = [1000, 2000, 5000, 10000, 30000];
const queues = new WeakMap(); // zone -> its uploads, one after the other

class Refused extends Error {}

export function startUploads(root) {
  for (const zone of root.querySelectorAll("[data-files]")) {
    const input = zone.querySelector("input[type=file]");
    input.removeAttribute("name");
    input.classList.add("sr"); // the label beside it is what one sees
    zone.querySelector("[data-drop]").hidden = false;
    input.addEventListener("change", () => add(zone, input));
    zone.addEventListener("click", (event) => remove(zone, event));
    for (const name of ["dragenter", "dragover", "dragleave", "drop"]) zone.addEventListener(name, (event) => drag(zone, event));
  }
}

export const isUploading = (form) => form.querySelector("[data-uploads] > [aria-busy=true]") !== null;

function drag(zone, event) {
  event.preventDefault();
  zone.classList.toggle("over", event.type === "dragenter" || event.type === "dragover");
  if (event.type === "drop") enqueue(zone, event.dataTransfer.files);
}

function add(zone, input) {
  enqueue(zone, input.files);
  input.value = "";
}

function enqueue(zone, files) {
  for (const file of files) {
    const upload = new Upload(zone, file);
    queues.set(zone, (queues.get(zone) ?? Promise.resolve()).then(() => upload.run()));
  }
}

async function remove(zone, event) {
  const button = event.target.closest("[data-remove]");
  if (!button) return;
  event.preventDefault(); // without this module the button sends the form
  const answer = await ask(button.getAttribute("formaction"), { method: "POST" });
  if (isSessionOver(answer)) await offerLogin();
  else await refresh(zone);
  zone.querySelector("input[type=file]").focus();
}

async function refresh(zone) {
  const answer = await ask(`${zone.dataset.files}?enclosure=${zone.dataset.enclosure}`);
  if (!answer.ok) return;
  const [shown, fresh] = [zone.querySelector("[data-filelist]"), document.adoptNode(await content(answer))];
  shown.replaceWith(fresh);
  for (const typed of shown.querySelectorAll("input")) { // what is said of the other files, and not saved yet
    const same = zone.querySelector(`[name="${typed.name}"]`);
    if (same) same.value = typed.value;
  }
}

/* One file on its way, and its line in the list. */
class Upload {
  constructor(zone, file) {
    this.zone = zone;
    this.file = file;
    this.id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (octet) => octet.toString(16).padStart(2, "0")).join("");
    this.stop = new AbortController();
    this.bar = make("progress", { max: Math.max(file.size, 1), value: 0, "aria-label": file.name });
    this.said = make("span", { role: "status" }, t("upload_waiting"));
    this.button = make("button", { type: "button", class: "rowlink" }, t("cancel"));
    this.button.addEventListener("click", () => this.cancel());
    this.line = make("li", { "aria-busy": "true" }, make("span", {}, file.name), " ", this.bar, this.said, this.button);
    zone.querySelector("[data-uploads]").append(this.line);
  }

  async run() {
    if (this.stop.signal.aborted) return;
    try {
      const most = Number(this.zone.dataset.most);
      if (this.file.size > most) throw new Refused(t("upload_too_large", { mb: Math.floor(most / 1048576) }));
      const form = this.zone.closest("form");
      if (form.elements.begin && !(await save(form))) throw new Refused(t("save_failed"));
      await this.sendAll();
      this.line.remove();
      await refresh(this.zone);
    } catch (error) {
      if (!this.stop.signal.aborted) this.end(error instanceof Refused ? error.message : t("upload_failed"));
    } finally {
      banner("upload", "");
    }
  }

  async sendAll() {
    for (let failures = 0; ;) {
      try {
        const about = new URLSearchParams({ enclosure: this.zone.dataset.enclosure, name: this.file.name, size: this.file.size });
        let { received, part } = await this.post(this.id, about);
        while (received < this.file.size) {
          this.show(received);
          ({ received } = await this.post(`${this.id}/${received}`, this.file.slice(received, received + part)));
          failures = 0;
        }
        return;
      } catch (error) {
        if (error instanceof Refused || this.stop.signal.aborted) throw error;
        this.said.textContent = t("upload_interrupted");
        await this.pause(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
        failures += 1;
      }
    }
  }

  /* The server's answer; Refused with its words when trying again would not help. */
  async post(path, body) {
    const answer = await ask(`${this.zone.dataset.files}/${path}`, { method: "POST", body, signal: this.stop.signal });
    if (isSessionOver(answer)) {
      await offerLogin();
      throw new Refused(t("session_over"));
    }
    if (answer.status >= 500) throw new Error(answer.statusText);
    if (answer.ok) return answer.json();
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    throw new Refused(isJson ? (await answer.json()).error : t("upload_failed"));
  }

  show(received) {
    this.bar.value = received;
    this.said.textContent = `${Math.floor((received * 100) / this.file.size)}%`;
  }

  /* Until it is time to try again, the network is back, or the user gives up. */
  pause(ms) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      window.addEventListener("online", resolve, { once: true, signal: this.stop.signal });
      this.stop.signal.addEventListener("abort", () => { clearTimeout(timer); reject(new Error("stopped")); }, { once: true });
    });
  }

  end(text) {
    this.bar.remove();
    this.said.textContent = text;
    this.line.classList.add("bad");
    this.line.setAttribute("aria-busy", "false");
    this.button.textContent = t("close");
  }

  async cancel() {
    const ran = this.line.getAttribute("aria-busy") === "true";
    this.stop.abort();
    this.line.remove();
    if (ran) await ask(`${this.zone.dataset.files}/${this.id}/remove`, { method: "POST" });
  }
}
