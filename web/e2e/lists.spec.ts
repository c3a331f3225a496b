import { expect, test } from "@playwright/test";
import { SESSION } from "./accounts";
import { uscc } from "./sheet";

test.use({ storageState: SESSION });

/** Every page that is a list. */
const LISTS = [
  "/duties",
  "/records?kind=firm",
  "/cases",
  "/rates",
  "/pairings/schemes",
  "/inspections",
  "/draws",
  "/exemptions",
  "/forms",
  "/letters",
  "/import",
  "/audit",
  "/accounts",
];

for (const path of LISTS) {
  test(`${path} can be taken along as a sheet, in the language of the page`, async ({ page }) => {
    await page.goto(path);
    const link = page.getByRole("link", { name: "导出 Excel" });
    await expect(link).toHaveAttribute("href", /lang=zh/);
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    expect(download.suggestedFilename()).toMatch(/^[a-z]+(-2020-03-01)?-2020-03-06\.xlsx$/);
  });
}

test("what the sample city made up is listed as that", async ({ page }) => {
  await page.goto("/import");
  await expect(page.getByText(/虚构登记，[\d,]+ 行，随机种子 2020/).first()).toBeVisible();
});

test("a conflict can be decided by a value that neither source told", async ({ page }, { project }) => {
  const city = await (await page.request.get("/api/city")).json();
  const batch = city.register.last_seq as number;
  const code = uscc(`91411000MA${String(batch).padStart(6, "0")}9`);
  const sent = async (staff: number, source: string) => {
    const sheet = `统一社会信用代码,企业名称,从业人员\n${code},（虚构）清点${batch}厂,${staff}\n`;
    const file = { name: "a.csv", mimeType: "text/csv", buffer: Buffer.from(sheet) };
    const begun = await page.request.post("/api/imports", {
      headers: { "X-Yingjin": "1" },
      multipart: { kind: "firm", source, file },
    });
    const { id } = await begun.json();
    await expect
      .poll(async () => (await (await page.request.get(`/api/imports/${id}`)).json()).state)
      .toBe("done");
  };
  await sent(10, `甲局 ${project.name}`);
  await sent(12, `乙局 ${project.name}`);
  await page.goto("/import/decide");
  const conflict = page.locator(".undecided > li", { hasText: `乙局 ${project.name}` }).last();
  await conflict.getByLabel("理由").fill("到厂清点");
  await conflict.getByRole("button", { name: "都不对，另填" }).click();
  await conflict.getByLabel("正确的值").fill("11");
  await page.screenshot({ path: `test-results/decide-${project.name}.png` });
  const left = await page.locator(".undecided > li").count();
  await conflict.getByRole("button", { name: "用所填的" }).click();
  await expect(page.locator(".undecided > li")).toHaveCount(left - 1);
});
