import { expect, test } from "@playwright/test";
import { FIRM, PASSWORD } from "./accounts";

test("asks what am I owed, without an account: few questions, then money", async ({ page }) => {
  await page.goto("/signin");
  await page.getByRole("link", { name: "查一查" }).click();
  await page.getByRole("button", { name: "没有代码，直接回答问题" }).click();
  await expect(page.locator(".owed-total")).toBeVisible();

  const question = page.locator(".ask form");
  let asked = 0;
  const before = await page.locator(".measure-group.unknown .measure").count();
  expect(before).toBeGreaterThan(0);
  while ((await question.isVisible()) && asked < 6) {
    asked += 1;
    const words = await question.locator("label").first().textContent();
    const select = question.locator("select");
    if (await select.isVisible()) await select.selectOption({ index: 1 });
    else if (await question.locator("input[type=date]").isVisible())
      await question.locator("input").fill("2019-06-01");
    else await question.locator("input").fill("20");
    await question.getByRole("button", { name: "下一题" }).click();
    // The next question, or none: never the same again.
    await expect(page.locator(".ask form label", { hasText: words ?? "" })).toHaveCount(0);
  }
  expect(asked).toBeGreaterThan(0);
  expect(await page.locator(".measure-group.unknown .measure").count()).toBeLessThan(before);
  await expect(page.locator(".measure-group.no summary")).toBeVisible();
  await expect(page.locator(".owed-total")).toHaveText(/¥[\d,]+\.\d\d/);
});

test("refuses a code that cannot be one, and says how to mend it", async ({ page }) => {
  await page.goto("/owed");
  await page.getByLabel("统一社会信用代码").fill("914110001234");
  await page.getByRole("button", { name: "查询" }).click();
  await expect(page.getByRole("alert")).toContainText("18");
});

test("a firm that signs in sees its own: what is owed, who acts, until when", async ({ page }) => {
  await page.goto("/signin");
  await page.getByLabel("账户").fill(FIRM);
  await page.getByLabel("密码").fill(PASSWORD);
  await page.getByRole("button", { name: "登录" }).click();
  await expect(page).toHaveURL(/\/owed/);
  const owed = page.locator(".measure-group.yes .measure");
  await expect(owed.first()).toBeVisible();
  await expect(owed.first()).toContainText("谁来办");
  await expect(owed.first()).toContainText("依据");
});
