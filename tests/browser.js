// Opens a page in Chromium and does what it is told: node browser.js PAGE < STEPS. The steps are a JSON list of
// [what, ...with]; the answer is a JSON object with the result of each "ask", the console's messages and the requests.
const fs = require("fs"), os = require("os"), path = require("path");
const { chromium } = require("playwright-core");

const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

(async () => {
  const steps = JSON.parse(fs.readFileSync(0, "utf8"));
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), "pp-chromium-"));
  const options = { executablePath: process.env.CHROMIUM, headless: true, args: QUIET, viewport: { width: 1200, height: 900 } };
  const context = await chromium.launchPersistentContext(profile, options);
  const page = await context.newPage();
  const messages = [], requests = [], answers = [];
  page.on("console", (message) => messages.push(message.text()));
  page.on("pageerror", (error) => messages.push(String(error)));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto("file://" + process.argv[2]);
  const act = {
    go: (file) => page.goto("file://" + file),
    width: (width) => page.setViewportSize({ width, height: 900 }),
    scheme: (colorScheme) => page.emulateMedia({ colorScheme }),
    media: (media) => page.emulateMedia({ media }),
    point: (selector) => page.hover(selector),
    away: () => page.mouse.move(1, 1),
    click: (selector) => page.click(selector),
    press: (key) => page.keyboard.press(key),
    print: (file) => page.pdf({ path: file, format: "A4" }),
    ask: async (expression) => answers.push(await page.evaluate(expression)),
  };
  for (const [what, ...using] of steps) await act[what](...using);
  await context.close();
  fs.rmSync(profile, { recursive: true });
  console.log(JSON.stringify({ answers, messages, requests: requests.filter((url) => !/^(file|data):/.test(url)) }));
})().catch((error) => { console.error(error); process.exit(1); });
