/* The agent's window: shows what is to be signed as it stands in the payload, asks for the PIN, tells how it went; or asks
   whether a site may use the agent at all. The id of the errand is in the fragment, which no server and no log sees. One
   click is one try; nothing is ever repeated. */

const TEXTS = {
  agent: ["读卡程序", "Card agent"],
  local: ["本机窗口，卡密码不离开此电脑", "On this PC: the PIN does not leave it"],
  site: ["请求网站", "Asked for by"],
  pin: ["卡密码", "Card PIN"],
  note: ["请核对以上内容。每次点击只尝试一次密码，输错会消耗卡的尝试次数。", "Check the above. One click tries the PIN once; a wrong one costs one of the card's tries."],
  sign: ["签名", "Sign"],
  cancel: ["取消", "Cancel"],
  close: ["关闭窗口", "Close"],
  last_title: ["仅剩最后一次机会", "One try left"],
  last_text: ["密码再输错一次，卡将锁定，须到数据中心或窗口解锁。", "If the PIN is wrong once more, the card locks and has to be unlocked at the data centre."],
  last_tick: ["我已核对密码，使用最后一次机会", "I am sure of the PIN: use the last try"],
  matter: ["办理事项", "Matter"],
  number: ["业务编号", "Number"],
  document: ["文件名称", "Document"],
  receiver: ["接收方", "Receiver"],
  digest: ["内容摘要", "Digest"],
  issued_at: ["请求时间", "Asked at"],
  card: ["使用的卡", "Card"],
  no_card: ["请检查是否正常接入IC卡", "Check that the IC card is plugged in"],
  valid: ["有效期至", "valid until"],
  left: ["密码错误，还可尝试 {n} 次", "Wrong PIN, {n} tries left"],
  wait: ["请等待 {n} 秒后再试", "Wait {n} seconds before the next try"],
  empty: ["请输入卡密码", "Enter the card's PIN"],
  working: ["正在签名，请勿拔卡…", "Signing: leave the card in…"],
  done: ["已签名，正在返回原页面", "Signed: back to the page"],
  allow: ["允许", "Allow"],
  refuse: ["不允许", "Do not allow"],
  allow_note: ["允许后，此网站可以看到插入的卡、请求签名；每次签名仍由您在此窗口核对并输入密码。此网站只询问一次，可用 swhub card-agent pairings 撤销。", "The site will see which cards are plugged in and may ask for signatures; each one still takes your look and your PIN in this window. You are asked once; swhub card-agent pairings takes it back."],
  allowed: ["已允许，正在返回原页面", "Allowed: back to the page"],
  refused: ["未允许，此网站不能使用读卡程序", "Not allowed: the site cannot use the card agent"],
  cancelled: ["已取消，未签名", "Cancelled: nothing was signed"],
  factory: ["请尽快修改初始卡密码", "Change the card's factory PIN soon"],
  lost: ["读卡程序没有应答", "The card agent does not answer"],
};
const OVER = ["ERRAND_OVER", "PIN_LOCKED", "CERT_EXPIRED", "WRONG_CARD", "ALGORITHM", "SIGNATURE"];
const CLOSE_MS = 900;
const english = new URLSearchParams(location.search).get("lang") === "en";
const errand = location.hash.slice(1);
const find = (id) => document.getElementById(id);
const t = (key, n) => TEXTS[key][english ? 1 : 0].replace("{n}", n);
let isOver = false;
let isLast = false;
let isBusy = false;
let isAllowing = false; // a site asks to be allowed: no card, no PIN

async function call(path, more = {}, options = {}) {
  const answer = await fetch(path, {
    method: "POST", headers: { "Content-Type": "application/json", "X-SWHub-Agent": "1" },
    body: JSON.stringify({ errand, ...more }), cache: "no-store", redirect: "error", ...options,
  });
  const content = await answer.json();
  if (!answer.ok) throw content;
  return content;
}

const words = (fault) => fault.fault ? fault[english ? "en" : "zh"] : t("lost");

function row(label, value) {
  const [dt, dd] = [document.createElement("dt"), document.createElement("dd")];
  dt.textContent = t(label);
  dd.textContent = value;
  find("facts").append(dt, dd);
}

function show({ title, origin, facts, card, allow }) {
  find("title").textContent = title[english ? "en" : "zh"];
  find("site").textContent = origin;
  document.title = `${find("title").textContent} - ${t("agent")}`;
  find("form").hidden = false;
  if (allow) {
    showAllowing();
    return;
  }
  for (const [name, value] of Object.entries(facts)) row(name, value);
  row("card", card ? `${card.label}（${t("valid")} ${card.not_after.slice(0, 10)}）` : t("no_card"));
  if (card?.factory_pin) say(t("factory"), false);
  if (card?.tries_left === 1) warn();
  find("pin").focus();
}

/* Nothing has the focus: an Enter that was meant for the page allows nothing. */
function showAllowing() {
  isAllowing = true;
  for (const id of ["facts", "pin-row"]) find(id).hidden = true;
  for (const [id, key] of [["ok", "allow"], ["cancel", "refuse"], ["note", "allow_note"]]) find(id).textContent = t(key);
}

function say(text, isWrong = true) {
  find("said").textContent = text;
  find("pin").setAttribute("aria-invalid", String(isWrong && Boolean(text)));
}

function warn() {
  isLast = true;
  find("last").hidden = false;
  find("last-tick").checked = false;
  refresh();
}

function refresh() {
  find("ok").disabled = isBusy || (isLast && !find("last-tick").checked);
  find("pin").readOnly = isBusy;
}

function end(text, isGood) {
  isOver = true;
  find("pin").value = "";
  find("form").hidden = true;
  find("end").hidden = false;
  find("end").toggleAttribute("data-good", isGood);
  find("end-text").textContent = text;
  find("end").focus();
}

async function sign(event) {
  event.preventDefault();
  if (isBusy || isOver || find("ok").disabled) return;
  const pin = find("pin").value;
  if (!pin && !isAllowing) {
    say(t("empty"));
    find("pin").focus();
    return;
  }
  isBusy = true;
  refresh();
  if (!isAllowing) say(t("working"), false);
  try {
    await call("/confirm", isAllowing ? {} : { pin, final_try_confirmed: isLast && find("last-tick").checked });
    end(t(isAllowing ? "allowed" : "done"), true);
    setTimeout(() => window.close(), CLOSE_MS);
  } catch (fault) {
    explain(fault);
  }
  isBusy = false;
  refresh();
}

function explain(fault) {
  if (OVER.includes(fault.fault)) {
    end(words(fault), false);
    return;
  }
  if (fault.fault === "FINAL_TRY" || fault.tries_left === 1) warn(); // after FINAL_TRY nothing was tried: the PIN may stay
  if (fault.fault !== "FINAL_TRY" && fault.fault !== "BACK_OFF") find("pin").value = "";
  const told = { PIN_WRONG: ["left", fault.tries_left], BACK_OFF: ["wait", fault.retry_after] }[fault.fault];
  say(told?.[1] == null ? words(fault) : t(...told));
  find(isLast ? "last-tick" : "pin").focus();
}

async function cancel() {
  if (isBusy) return;
  await call("/cancel").catch(() => {});
  end(t(isAllowing ? "refused" : "cancelled"), false);
  window.close();
}

document.documentElement.lang = english ? "en" : "zh-CN";
for (const place of document.querySelectorAll("[data-t]")) place.textContent = t(place.dataset.t);
find("form").addEventListener("submit", sign);
find("cancel").addEventListener("click", cancel);
find("close").addEventListener("click", () => window.close());
find("last-tick").addEventListener("change", refresh);
addEventListener("keydown", (event) => { if (event.key === "Escape" && !isOver) cancel(); });
addEventListener("pagehide", () => { if (!isOver && !isBusy) call("/cancel", {}, { keepalive: true }).catch(() => {}); });
call("/errand").then(show, (fault) => end(words(fault), false));
