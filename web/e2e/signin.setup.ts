import { expect, test } from "@playwright/test";
import { ADMINISTRATOR, PASSWORD, SESSION } from "./accounts";

test("signs in through the form, and lands where it was going", async ({ page }) => {
  await page.goto("/audit");
  await expect(page).toHaveURL(/\/signin\?to=%2Faudit/);
  await page.getByLabel("账户").fill(ADMINISTRATOR);
  await page.getByLabel("密码").fill("not the password");
  await page.getByRole("button", { name: "登录" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await page.getByLabel("密码").fill(PASSWORD);
  await page.getByRole("button", { name: "登录" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "审计" })).toBeVisible();
  await page.context().storageState({ path: SESSION });
});
