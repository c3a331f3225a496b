import { expect, test } from "@playwright/test";
import { SESSION } from "./accounts";

test.use({ storageState: SESSION });

for (const path of ["/duties", "/records?kind=firm", "/audit", "/accounts"]) {
  test(`${path} can be taken along as a sheet, in the language of the page`, async ({ page }) => {
    await page.goto(path);
    const link = page.getByRole("link", { name: "导出 Excel" });
    await expect(link).toHaveAttribute("href", /lang=zh/);
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    expect(download.suggestedFilename()).toMatch(/^[a-z]+-2020-03-06\.xlsx$/);
  });
}

test("what the sample city made up is listed as that", async ({ page }) => {
  await page.goto("/import");
  await expect(page.getByText(/虚构登记，[\d,]+ 行，随机种子 2020/).first()).toBeVisible();
});
