/* Where everything starts. One listener per concern sits on the document; what needs its own elements is started again
   for every view that comes into a panel. */

import { startBadges } from "./badges.js";
import { startCard } from "./card.js";
import { startCombobox } from "./combobox.js";
import { startConditions } from "./conditions.js";
import { startCounters } from "./counter.js";
import { startDerived } from "./derived.js";
import { startDialogs, startSaid } from "./dialogs.js";
import { startDrafts } from "./drafts.js";
import { startEntry } from "./entry.js";
import { startFill } from "./fill.js";
import { startKeyboard } from "./keyboard.js";
import { startLogin } from "./login.js";
import { startMany } from "./many.js";
import { startPanels } from "./panels.js";
import { startPay } from "./pay.js";
import { startPlaces } from "./places.js";
import { startPoll } from "./poll.js";
import { startReading } from "./reading.js";
import { startRegions } from "./regions.js";
import { startRenew } from "./renew.js";
import { startRows } from "./rows.js";
import { startSession } from "./session.js";
import { startStepper } from "./stepper.js";
import { startSubmit } from "./submit.js";
import { startTabs } from "./tabs.js";
import { startUploads } from "./uploads.js";
import { startViewDialog } from "./viewdialog.js";
import { startWorkspace } from "./workspace.js";

const PER_VIEW = [startRegions, startPlaces, startConditions, startDerived, startCombobox, startPoll, startUploads, startMany,
  startCounters, startStepper, startPay, startSaid];

document.addEventListener("view:shown", ({ detail }) => PER_VIEW.forEach((start) => start(detail.view)));
PER_VIEW.forEach((start) => start(document));
for (const start of [startKeyboard, startDrafts, startEntry, startDialogs, startPanels, startSubmit, startWorkspace,
  startSession, startLogin, startCard, startBadges, startRows, startReading, startFill,
  startRenew, startTabs, startViewDialog]) start();
document.documentElement.setAttribute("data-ready", ""); // for tests and for styles that wait
