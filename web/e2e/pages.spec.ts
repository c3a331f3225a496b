import { expect, type Page, test } from "@playwright/test";
import { SESSION } from "./accounts";
import { violations } from "./axe";

/** What the browser refused for the sake of the content security policy, on every page since the start. */
async function refusals(page: Page): Promise<string[]> {
  return page.evaluate(() => (window as unknown as { refused: string[] }).refused);
}

test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    const refused: string[] = [];
    Object.assign(window, { refused });
    document.addEventListener("securitypolicyviolation", (event) => {
      refused.push(
        `${event.effectiveDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`,
      );
    });
  });
});

async function check(page: Page, path: string) {
  await page.goto(path);
  await page.waitForLoadState("networkidle");
  await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
  await expect(page.locator(".skeleton")).toHaveCount(0);
  await expect(page.locator(".notice.bad"), "no page shows an error").toHaveCount(0);
  await expect(page.getByRole("complementary", { name: /数据说明|About these records/ })).toBeVisible();
  const width = page.viewportSize()?.width ?? 0;
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  // Before axe, which is put into the page by force.
  expect(await refusals(page)).toEqual([]);
  expect(await violations(page)).toEqual([]);
}

test.describe("without an account", () => {
  for (const path of ["/signin", "/owed", "/receipts", "/confirm/nothing"]) {
    test(`${path} can be used by everyone`, ({ page }) => check(page, path));
  }
});

test.describe("with an account", () => {
  test.use({ storageState: SESSION });

  for (const path of [
    "/duties",
    "/cases",
    "/cases?show=overdue&kind=gap",
    "/cases/board",
    "/cases/due",
    "/cases/new",
    "/inspections",
    "/draws",
    "/rates",
    "/pairings",
    "/pairings/schemes",
    "/inbox",
    "/inbox/settings",
    "/records",
    "/forms",
    "/import",
    "/import/decide",
    "/rules",
    "/rules/try",
    "/audit",
    "/accounts",
  ]) {
    test(`${path} can be used by everyone`, ({ page }) => check(page, path));
  }

  test("every duty's page, the record below it, a firm's plan and its form can be used by everyone", async ({
    page,
  }) => {
    await page.goto("/duties");
    const duty = await page.locator(".duty-link").first().getAttribute("href");
    await check(page, duty ?? "");
    const record = await page.locator("#sets tbody a").first().getAttribute("href");
    await check(page, record ?? "");
    await page.goto("/records?kind=firm");
    await page.locator("table tbody a").first().click();
    const form = await page.getByRole("link", { name: "代为填报" }).first().getAttribute("href");
    const plan = await page.getByRole("link", { name: "一企一策" }).getAttribute("href");
    await check(page, form ?? "");
    await check(page, plan ?? "");
  });

  test("a case's page and the questions to its beneficiary can be used by everyone", async ({ page }) => {
    const send = (path: string, data: object) =>
      page.request.post(path, { data, headers: { "X-Yingjin": "1" } });
    const raised = await (await send("/api/cases", { kind: "transport", words: "货车进不来" })).json();
    await send(`/api/cases/${raised.no}/steps`, { action: "answer", words: "通行证已经发出" });
    await check(page, `/cases/${raised.no}`);
    const link = await (await send(`/api/cases/${raised.no}/link`, {})).json();
    await check(page, link.path);
  });

  test("reads in English once switched, and remembers it", async ({ page }) => {
    await page.goto("/duties");
    await expect(page.getByRole("heading", { level: 1, name: "责任总览" })).toBeVisible();
    const menu = page.getByRole("button", { name: "菜单" });
    if (await menu.isVisible()) await menu.click();
    await page.getByRole("button", { name: "English" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Duties" })).toBeVisible();
    await page.reload();
    await expect(page.getByRole("heading", { level: 1, name: "Duties" })).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("en");
    await check(page, "/duties");
  });

  test("a policy stands that a page could break", async ({ page }) => {
    await page.goto("/duties");
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await page.evaluate(() => document.body.insertAdjacentHTML("beforeend", '<p style="color: red">'));
    await expect.poll(() => refusals(page)).not.toEqual([]);
  });

  test("what is not there says so, under a heading and with a way back", async ({ page }) => {
    await page.goto("/duties/nothing");
    await expect(page.locator(".notice.bad")).toContainText("nothing");
    await expect(page.getByRole("heading", { level: 1, name: "责任" })).toBeVisible();
    await page.goto("/records/firm/nothing");
    await expect(page.locator(".notice.bad")).toBeVisible();
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    await page.locator(".over a").click();
    await expect(page).toHaveURL(/records\?kind=firm/);
  });

  test("fits in English on a laptop, where words are longest", async ({ page }) => {
    await page.addInitScript(() => localStorage.setItem("yingjin.lang", "en"));
    for (const width of [1024, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await check(page, "/duties");
      await expect(page.getByRole("heading", { level: 1, name: "Duties" })).toBeVisible();
    }
  });

  test("a page that is not there says so", async ({ page }) => {
    await page.goto("/nowhere");
    await expect(page.getByRole("heading", { level: 1, name: "没有这一页" })).toBeVisible();
  });

  test("can be walked by keyboard: the skip link leads to the content", async ({ page }) => {
    await page.goto("/duties");
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await page.keyboard.press("Tab");
    await expect(page.getByRole("link", { name: "跳到正文" })).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(page.locator("main")).toBeFocused();
  });
});
