/* The page's side of the card agent. States (SM-CARD): UNKNOWN AGENT_MISSING AGENT_BLOCKED NOT_ALLOWED NO_CARD CARD_PRESENT
   CARD_MISMATCH PIN_REQUIRED SIGNING PIN_ERROR PIN_LOCKED CERT_INVALID.

   Page (CSP connect-src: 'self' and the agent's address):
           <meta name="card-fingerprint" content="sha256 hex of the session card's DER">   (absent or empty before login)
           <div data-ticket-url="/card/ticket" data-agent-url="http://127.0.0.1:21232" data-pin="window">    (agent-url optional)
           <template id="card-texts">{"NO_CARD": "…", "PIN_ERROR": "… {tries_left} …"}</template>   (state or fault -> text)
   Use:    import { CardAgent } from "./card_agent.js";
           const agent = new CardAgent();      agent.start();           // polls every 5 s while the page is visible
           document.addEventListener("card:state", ({ detail }) => …);  // {state, card, cards, permission, fault, text}
           agent.requirePin();  agent.cancelPin();                      // CARD_PRESENT <-> PIN_REQUIRED
           const { algorithm, signature, certificate } = await agent.sign(payload, "", card.token);    // while a click counts
           await agent.allow();             // NOT_ALLOWED: the agent asks its holder, once for this site, while a click counts
           agent.withdraw();                                            // the user no longer wants to sign
           agent.leave();                   // the user logs out: the agent ends all of this site's; nobody waits for it
           agent.sign(payload, pin, token, true)                        // pinInPage; the user has confirmed the last try
           sign() throws CardFault: .fault (PIN_WRONG, FINAL_TRY, BACK_OFF, …) .triesLeft .retryAfter .message (page's language)
   card:   {token, label, certificate (base64 DER), algorithm, not_after, tries_left, factory_pin, fingerprint}
   permission "prompt" with state UNKNOWN: the browser is about to ask, tell the user to allow. fault: why the agent
   showed no cards (DRIVER, SILENT, NO_READER, …). A site that is not on the agent's list sees AGENT_MISSING. help: the
   state, or AGENT_STOPPED where the agent has answered this browser before.
   The PIN is typed in the agent's own window, opened here; this page waits. Only where portal (data-pin="page") and agent
   both allow it (pinInPage) it is typed in the page. Then the PIN goes to the agent and nowhere else; nothing is stored; no call that tries a PIN is ever repeated. */

const AGENT_URL = "http://127.0.0.1:21232";
const POLL_MS = 5000;
const LIMIT_MS = { "/hello": 3000, "/pair": 5000, "/cards": 30000, "/sign": 90000, "/wait": 40000, "/withdraw": 5000, "/leave": 5000 };
const POPUP = "popup,width=500,height=560";
const SEEN = "agent-seen"; // in localStorage: the agent has answered here once, so it is installed
const PROMPT_MS = 60000; // while the browser asks the user
const PERMISSIONS = ["loopback-network", "local-network-access"]; // newer and older name
const AFTER_FAULT = { // what a fault says about the card; any other leaves it present
  PIN_WRONG: "PIN_ERROR", PIN_LOCKED: "PIN_LOCKED", CERT_EXPIRED: "CERT_INVALID", WRONG_CARD: "CARD_MISMATCH",
  NO_CARD: "NO_CARD", NO_READER: "NO_CARD", NOT_ALLOWED: "NOT_ALLOWED", FINAL_TRY: "PIN_REQUIRED", BACK_OFF: "PIN_ERROR",
};

export class CardFault extends Error {
  constructor(body) {
    super(body[document.documentElement.lang.startsWith("en") ? "en" : "zh"] ?? body.fault);
    this.name = "CardFault";
    this.fault = body.fault;
    this.triesLeft = body.tries_left ?? null;
    this.retryAfter = body.retry_after ?? null;
  }
}

class TicketError extends Error {}

export class CardAgent {
  #session = null;
  #timer = null;
  #polling = false;
  #permission = "unknown";
  #fault = null;
  #shown = "";
  #beside = new Set();
  #errand = null;

  constructor(root = document) {
    const { ticketUrl, agentUrl, pin } = root.querySelector("[data-ticket-url]")?.dataset ?? {};
    Object.assign(this, { ticketUrl, agentUrl: agentUrl || AGENT_URL, pinInPage: pin === "page" });
    this.expected = root.querySelector('meta[name="card-fingerprint"]')?.content.toLowerCase() || null;
    this.texts = JSON.parse(root.querySelector("#card-texts")?.content.textContent || "{}");
    this.state = "UNKNOWN";
    this.card = null;
    this.cards = [];
  }

  start() {
    document.addEventListener("visibilitychange", this.#onVisibility);
    this.#onVisibility();
  }

  stop() {
    document.removeEventListener("visibilitychange", this.#onVisibility);
    clearInterval(this.#timer);
  }

  get help() {
    return this.state === "AGENT_MISSING" && localStorage.getItem(SEEN) ? "AGENT_STOPPED" : this.state;
  }

  text = (key = this.help) => (this.texts[key] ?? "").replaceAll("{tries_left}", this.card?.tries_left ?? "");

  requirePin() {
    if (this.state === "CARD_PRESENT" || this.state === "PIN_ERROR") this.#set("PIN_REQUIRED", this.card);
  }

  cancelPin() {
    if (this.state === "PIN_REQUIRED" || this.state === "PIN_ERROR") this.#set("CARD_PRESENT", this.card);
  }

  async sign(payload, pin, token, finalTryConfirmed = false) {
    const card = this.cards.find((one) => one.token === token) ?? this.card;
    this.#set("SIGNING", card);
    try {
      const body = { token, pin, payload, final_try_confirmed: finalTryConfirmed };
      const signed = await (this.pinInPage ? this.#call("POST", "/sign", body)
        : this.#inWindow(() => this.#call("POST", "/sign", { token, payload })));
      this.#set("CARD_PRESENT", card);
      return signed;
    } catch (error) {
      const known = error.triesLeft == null ? card : { ...card, tries_left: error.triesLeft };
      const lost = error instanceof TicketError ? "UNKNOWN" : "AGENT_MISSING";
      const after = error instanceof CardFault ? AFTER_FAULT[error.fault] ?? "CARD_PRESENT" : lost;
      this.#set(after, ["NO_CARD", "NOT_ALLOWED", lost].includes(after) ? null : known);
      throw error instanceof CardFault ? error : new CardFault({ fault: "NO_CLIENT", zh: this.text(), en: this.text() });
    }
  }

  withdraw() {
    if (this.#errand) this.#fetch("POST", "/withdraw", { errand: this.#errand }).catch(() => {});
  }

  /* The next look is a whole interval away: a page that stays after all pairs again then. */
  leave() {
    if (!this.#session) return;
    this.#arm();
    this.#fetch("POST", "/leave", null, { keepalive: true }).catch(() => {}); // it outlives the page
    this.#session = null;
  }

  async allow() {
    this.#accept(await this.#inWindow(() => this.#redeem({ ask: true })));
    await this.poll();
  }

  /* What the errand that `ask` leaves at the agent brings, once the user has given her word in the agent's window. */
  async #inWindow(ask) {
    const popup = window.open("", "", POPUP);
    if (!popup) throw new CardFault({ fault: "POPUP", zh: this.text("POPUP"), en: this.text("POPUP") });
    let errand = null;
    try {
      const left = await ask();
      errand = left.errand;
      this.#errand = errand;
      if (!errand) {
        popup.close(); // there was nothing to ask
        return left;
      }
      const lang = document.documentElement.lang.startsWith("en") ? "en" : "zh";
      popup.location = `${this.agentUrl}/window?lang=${lang}#${errand}`; // from here on out of this page's reach
      for (;;) {
        const brought = await this.#fetch("POST", "/wait", { errand });
        if (!brought.waiting) return brought;
      }
    } catch (error) {
      popup.close();
      throw error;
    } finally {
      if (this.#errand === errand) this.#errand = null; // the user may have begun the next one
    }
  }

  async poll() {
    if (this.#polling || this.state === "SIGNING") return;
    this.#polling = true;
    const [state, card] = await this.#look().finally(() => { this.#polling = false; });
    if (this.state !== "SIGNING") this.#set(state, card);
  }

  #onVisibility = () => {
    this.#arm();
    if (document.visibilityState === "visible") this.poll();
  };

  #arm() {
    clearInterval(this.#timer);
    if (document.visibilityState !== "visible") return;
    this.#timer = setInterval(() => this.state === "NOT_ALLOWED" || this.poll(), POLL_MS); // only the holder can change that
  }

  async #look() {
    this.#permission = await askPermission();
    if (this.#permission === "denied") return ["AGENT_BLOCKED", null];
    if (this.#permission === "prompt" && this.state === "UNKNOWN") this.#set("UNKNOWN", null);
    try {
      if (!this.#session) await this.#fetch("GET", "/hello");
      const { cards } = await this.#call("GET", "/cards");
      this.cards = await Promise.all(cards.map(async (card) => ({ ...card, fingerprint: await fingerprint(card) })));
      this.#fault = null;
    } catch (error) {
      this.cards = [];
      this.#fault = error.fault ?? null;
      const after = AFTER_FAULT[error.fault];
      if (error instanceof CardFault) return [["NO_CARD", "NOT_ALLOWED"].includes(after) ? after : "UNKNOWN", null];
      if (error instanceof TicketError) return ["UNKNOWN", null]; // the hub, not the agent, did not answer
      const blocked = (await askPermission()) === "denied";
      return [blocked ? "AGENT_BLOCKED" : "AGENT_MISSING", null];
    }
    return this.#judge();
  }

  #judge() {
    if (this.cards.length === 0) return ["NO_CARD", null];
    const same = (card) => !this.expected || card.fingerprint === this.expected;
    const chosen = this.cards.find((card) => same(card) && card.token === this.card?.token) ?? this.cards.find(same);
    const others = this.cards.filter((card) => card !== chosen);
    if (chosen) this.#beside = new Set(others.map((card) => card.fingerprint));
    // Cards that lay beside the session's own say nothing when that one is pulled; a new one is somebody else's.
    if (!chosen && others.every((card) => this.#beside.has(card.fingerprint))) return ["NO_CARD", null];
    if (!chosen) return ["CARD_MISMATCH", this.cards[0]];
    if (new Date(chosen.not_after) <= new Date()) return ["CERT_INVALID", chosen];
    if (chosen.tries_left === 0) return ["PIN_LOCKED", chosen];
    const asking = ["PIN_REQUIRED", "PIN_ERROR"].includes(this.state) && chosen.token === this.card?.token;
    return [asking ? this.state : "CARD_PRESENT", chosen];
  }

  async #call(method, path, body) {
    if (!this.#session) await this.#pair();
    try {
      return await this.#fetch(method, path, body);
    } catch (error) {
      if (error.fault !== "UNPAIRED") throw error;
      await this.#pair(); // the agent was restarted; an unpaired call has tried no PIN
      return this.#fetch(method, path, body);
    }
  }

  async #pair() {
    this.#session = null;
    this.#accept(await this.#redeem());
  }

  async #redeem(more = {}) {
    const answer = await fetch(this.ticketUrl, { credentials: "same-origin", cache: "no-store" }).catch(() => null);
    if (!answer?.ok) throw new TicketError();
    return this.#fetch("POST", "/pair", { ...await answer.json(), ...more });
  }

  #accept({ session, pin }) {
    this.#session = session;
    this.pinInPage &&= pin === "page";
    localStorage.setItem(SEEN, "1");
  }

  async #fetch(method, path, body, options = {}) {
    const headers = { "X-SWHub-Agent": "1" };
    if (body) headers["Content-Type"] = "application/json";
    if (this.#session) headers.Authorization = `Bearer ${this.#session}`;
    const limit = this.#permission === "prompt" ? PROMPT_MS : LIMIT_MS[path];
    const answer = await fetch(this.agentUrl + path, {
      method, headers, body: body && JSON.stringify(body), mode: "cors", credentials: "omit", cache: "no-store",
      redirect: "error", referrerPolicy: "no-referrer", signal: AbortSignal.timeout(limit), ...options,
    });
    const content = await answer.json();
    if (!answer.ok) throw new CardFault(content);
    return content;
  }

  #set(state, card) {
    this.state = state;
    this.card = card;
    const shown = [state, card?.token, card?.tries_left, this.cards.length, this.#permission, this.#fault].join("|");
    if (shown === this.#shown) return;
    this.#shown = shown;
    const detail = { state, help: this.help, card, cards: this.cards, permission: this.#permission, fault: this.#fault, text: this.text() };
    document.dispatchEvent(new CustomEvent("card:state", { detail }));
  }
}

async function askPermission() {
  for (const name of PERMISSIONS) {
    try {
      return (await navigator.permissions.query({ name })).state;
    } catch { /* a browser without this permission */ }
  }
  return "unknown";
}

async function fingerprint(card) {
  const der = Uint8Array.from(atob(card.certificate), (char) => char.charCodeAt(0));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", der));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
