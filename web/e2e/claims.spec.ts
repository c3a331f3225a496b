import { type Browser, expect, type Page, test } from "@playwright/test";
import { FIRM, PASSWORD, SESSION } from "./accounts";
import { violations } from "./axe";
import { photograph } from "./photograph";

const SEND = "提交，立即生效";

async function signIn(page: Page) {
  await page.goto("/signin");
  await page.getByLabel("账户").fill(FIRM);
  await page.getByLabel("密码").fill(PASSWORD);
  await page.getByRole("button", { name: "登录" }).click();
  await page.waitForURL(/\/owed/);
}

/** Files a form that is filled in; the number of the case that it opened. */
async function caseOf(page: Page): Promise<number> {
  await page.getByRole("button", { name: SEND }).click();
  await page.waitForURL(/\/receipts\//);
  expect(await violations(page)).toEqual([]);
  const leads = page.locator(".became a[href^='/cases/']").first();
  return Number((await leads.getAttribute("href"))?.split("/").pop());
}

async function attach(page: Page, field: RegExp, width: number) {
  const taken = await photograph(page, { width, height: 30 });
  const chooser = page.getByRole("group", { name: field }).locator("input[type=file]").first();
  await chooser.setInputFiles({ name: "证明.jpg", mimeType: "image/jpeg", buffer: taken });
  await expect(page.locator(".file-field .file-list li")).toHaveCount(1);
}

/** The administrator at a desk, beside the firm. */
async function desk(browser: Browser): Promise<Page> {
  const office = await browser.newContext({ storageState: SESSION });
  return office.newPage();
}

test("a firm reports a problem with a photograph, and its office sees both", async ({ browser, page }) => {
  await signIn(page);
  await page.goto("/forms/problem");
  await page.getByLabel("哪一类困难").selectOption({ label: "运输" });
  await page.getByLabel("具体情况").fill("（虚构）桥头封路，原料进不来");
  await attach(page, /^照片和材料/, 40);
  expect(await violations(page)).toEqual([]);
  const no = await caseOf(page);
  const office = await desk(browser);
  await office.goto(`/cases/${no}`);
  await expect(office.locator("main")).toContainText("桥头封路");
  await expect(office.locator(".file-list.shown li")).toHaveCount(1);
  await office.context().close();
});

test("a firm claims a measure, and reads where the claim stands", async ({ browser, page }) => {
  await signIn(page);
  await page.goto("/forms/policy-claim");
  const duty = page.getByLabel(/^申请哪项政策/);
  await duty.selectOption({ label: "失业保险稳岗返还" });
  await page.getByLabel("为什么认为应当享受").fill("（虚构）全年没有裁员");
  await attach(page, /^材料/, 50);
  const no = await caseOf(page);
  const office = await desk(browser);
  await office.goto(`/cases/${no}`);
  await expect(office.getByText("申请兑现")).toBeVisible();
  await expect(office.getByRole("button", { name: "不予同意" })).toBeVisible();
  await office.context().close();
});

test("proof of exemption waits without a network, is refused with a reason, and the firm reads why", async ({
  browser,
  context,
  page,
}) => {
  await signIn(page);
  await page.goto("/forms/exemption");
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.reload();
  await expect(page.getByRole("button", { name: SEND })).toBeVisible();
  await context.setOffline(true);
  // Reasons are there by the duty that is chosen.
  const reason = page.getByLabel("理由", { exact: true });
  await expect(reason.locator("option")).toHaveCount(1);
  await page.getByLabel("哪件事").selectOption({ index: 1 });
  await reason.selectOption({ label: "受益人书面放弃" });
  await page.getByLabel(/^情况说明/).fill("（虚构）来函放弃");
  await attach(page, /^证明材料/, 60);
  await page.getByRole("button", { name: SEND }).click();
  await page.waitForURL(/\/forms$/);
  await expect(page.locator(".outbox li")).toContainText("附 1 个文件");
  await context.setOffline(false);
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await expect(page.locator(".outbox")).toHaveCount(0);
  const mine = page.locator(".became", { hasText: "提交免尽证明" }).first();
  const path = await mine.locator("a[href^='/cases/']").getAttribute("href");

  const office = await desk(browser);
  await office.goto(String(path));
  await office.getByRole("button", { name: "不予同意" }).click();
  await office.getByLabel("理由（申请人会看到）").fill("来函没有盖章");
  expect(await violations(office)).toEqual([]);
  await office.getByRole("dialog").getByRole("button", { name: "提交" }).click();
  await expect(office.locator(".case-steps")).toContainText("来函没有盖章");
  await office.context().close();

  await page.goto("/plan");
  const filed = page.locator(".plan-lines li", { hasText: "来函没有盖章" });
  await expect(filed.first()).toContainText("不予同意");
  expect(await violations(page)).toEqual([]);
  // The server looks through what happened every two seconds.
  await expect(async () => {
    await page.goto("/inbox");
    await expect(page.locator("main")).toContainText("来函没有盖章", { timeout: 3000 });
  }).toPass();
  expect(await violations(page)).toEqual([]);
});

test("proof that is taken ends both cases, and the firm reads it; withdrawn, it can be handed in again", async ({
  browser,
  page,
}) => {
  await signIn(page);
  await page.goto("/forms/exemption");
  const duty = page.getByLabel("哪件事");
  await duty.selectOption({ index: 1 });
  const named = await duty.locator("option:checked").textContent();
  await page.getByLabel("理由", { exact: true }).selectOption({ label: "受益人书面放弃" });
  await page.getByLabel(/^情况说明/).fill("（虚构）盖章来函放弃");
  await attach(page, /^证明材料/, 70);
  const no = await caseOf(page);

  const office = await desk(browser);
  await office.goto(`/cases/${no}`);
  await expect(office.getByText("申请免尽")).toBeVisible();
  await office.getByRole("button", { name: "登记免尽" }).click();
  const dialog = office.getByRole("dialog");
  await expect(dialog.getByLabel("情况说明")).toHaveValue("（虚构）盖章来函放弃");
  expect(await violations(office)).toEqual([]);
  await dialog.getByRole("button", { name: "登记", exact: true }).click();
  await expect(office.locator(".case-steps")).toContainText("办结：申请事项已经办成");

  await page.reload();
  await expect(page.locator(".became").first()).toContainText("已办成");
  await page.goto("/forms/exemption");
  await expect(page.getByLabel("哪件事").locator("option", { hasText: String(named) })).toHaveCount(0);

  await office.getByRole("button", { name: "撤销免尽" }).click();
  await office.getByLabel("撤销理由").fill("测试完毕，恢复原状");
  await office.getByRole("dialog").getByRole("button", { name: "撤销免尽" }).click();
  await expect(office.locator(".exemptions")).toContainText("已撤销");
  await office.context().close();
});
