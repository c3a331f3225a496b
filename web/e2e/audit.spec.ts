import { expect, test } from "@playwright/test";
import { SESSION } from "./accounts";

test.use({ storageState: SESSION });

test("verifies the whole chain of events", async ({ page }) => {
  await page.goto("/audit");
  await page.getByRole("button", { name: "核验整条链" }).click();
  await expect(page.getByText(/条事件全部吻合，链完好/)).toBeVisible();
});

test("keeps who read personal facts, and why", async ({ page }) => {
  await page.goto("/records?kind=person");
  await page.locator("tbody a").first().click();
  await page.getByRole("button", { name: "查看个人信息" }).click();
  const reason = `核对演示 ${test.info().project.name}`;
  await page.getByLabel("理由").fill(reason);
  await page.getByRole("button", { name: "查看并记录" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.goto("/audit?type=reveal");
  await expect(page.locator("tbody tr").first()).toContainText(reason);
});
