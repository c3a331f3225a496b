import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, type Page, test } from "@playwright/test";
import { SESSION } from "./accounts";
import { firms } from "./sheet";

test.use({ storageState: SESSION });

/** Drops a file on the page as a person would. */
async function drop(page: Page, name: string, text: string) {
  const transfer = await page.evaluateHandle(
    ({ name, text }) => {
      const data = new DataTransfer();
      data.items.add(new File([text], name, { type: "text/csv" }));
      return data;
    },
    { name, text },
  );
  await page.dispatchEvent(".drop", "drop", { dataTransfer: transfer });
}

async function result(page: Page): Promise<Record<string, number>> {
  await expect(page.locator(".stat").nth(5)).toBeVisible({ timeout: 30_000 });
  const stats = await page.locator(".stat").all();
  const read = await Promise.all(
    stats.map(async (stat) => [
      (await stat.locator("dt").textContent()) ?? "",
      Number.parseInt(
        (await stat.locator("dd").textContent())?.replace(/共.*|＝.*/, "").replaceAll(",", "") ?? "",
        10,
      ),
    ]),
  );
  return Object.fromEntries(read);
}

test("imports a sheet by drag and drop: look, try, write, and nothing twice", async ({ page }, {
  project,
}) => {
  // The number of the last event makes firms that the register cannot know, also when the tests run again.
  const city = await (await page.request.get("/api/city")).json();
  const batch = city.register.last_seq as number;
  const sheet = firms(batch, 46);
  await page.goto("/import");
  await drop(page, `花名册-${project.name}.csv`, sheet);
  await expect(page.getByLabel("读作: 统一社会信用代码")).toHaveValue("uscc");
  await expect(page.getByLabel("读作: 企业名称")).toHaveValue("name");

  await page.getByRole("button", { name: "试一遍（不写入）" }).click();
  await expect(page.getByText("这是试导")).toBeVisible();
  expect(await result(page)).toMatchObject({ 读取行数: 3, 新增: 2, 待人决定: 1 });
  await expect(page.locator("tbody tr").first()).toContainText("18");

  await page.goto("/import");
  await drop(page, `花名册-${project.name}.csv`, sheet);
  await page.getByRole("button", { name: "导入", exact: true }).click();
  await expect(page.getByText(/这次导入是第 \d+ 号事件/)).toBeVisible();
  expect(await result(page)).toMatchObject({ 读取行数: 3, 新增: 2, 更改: 0, 待人决定: 1 });

  await page.goto("/import");
  await drop(page, `花名册-${project.name}.csv`, sheet);
  await page.getByRole("button", { name: "导入", exact: true }).click();
  expect(await result(page)).toMatchObject({ 读取行数: 3, 新增: 0, 更改: 0, 未变: 2, 待人决定: 1 });

  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "下载待改的行（Excel）" }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/\.xlsx$/);
});

test("a file that is no sheet is refused with a reason", async ({ page }) => {
  await page.goto("/import");
  await drop(page, "broken.xlsx", "this is no zip");
  await expect(page.getByRole("alert")).toBeVisible();
});

/** A register of firms as a city publishes it, beside the checkout where there is one. */
const REGISTER = fileURLToPath(new URL("../../../shared/data/xuchang-firms.csv", import.meta.url));

test("takes a published register as it is: tried, then written, then nothing twice", async ({ page }) => {
  test.skip(!existsSync(REGISTER), `no published register at ${REGISTER}`);
  const sum = (of: Record<string, number>) =>
    ["新增", "更改", "未变", "待人决定", "未读入"].reduce((all, name) => all + (of[name] ?? Number.NaN), 0);
  await page.goto("/import");
  await drop(page, "xuchang-firms.csv", readFileSync(REGISTER, "utf8"));
  await expect(page.getByLabel("读作: 统一社会信用代码")).toHaveValue("uscc");
  // Its column of areas says the city alone; the counties stand in the addresses, which are read twice.
  await expect(page.getByLabel("读作: 注册地址")).toHaveCount(2);
  await page.getByRole("button", { name: "试一遍（不写入）" }).click();
  await expect(page.getByText("这是试导")).toBeVisible();
  const trial = await result(page);
  expect(trial.读取行数).toBe(1913);
  expect(sum(trial)).toBe(1913);
  // Money of another country is not guessed at.
  await expect(page.locator("tbody tr", { hasText: "111(万美元)" })).toContainText("外币");

  await page.getByRole("button", { name: "就这样导入" }).click();
  await expect(page.getByText(/这次导入是第 \d+ 号事件|登记里都已有/)).toBeVisible();
  await page.goto("/import");
  await page.locator("input[type=file]").setInputFiles(REGISTER);
  await page.getByRole("button", { name: "导入", exact: true }).click();
  await expect(page).toHaveURL(/\/import\/.+/);
  await expect(page.getByText("登记里都已有")).toBeVisible();
  expect(await result(page)).toMatchObject({ 读取行数: 1913, 新增: 0, 更改: 0 });
});

test("cancels an import under way, and nothing is written", async ({ page }) => {
  const last = async () => (await (await page.request.get("/api/city")).json()).register.last_seq as number;
  const before = await last();
  // As many rows as take the server longer than a hand takes to the button.
  const rows = Array.from({ length: 300_000 }, (_, row) => `（虚构）撤回${row}厂,${row % 900}`);
  await page.goto("/import");
  await drop(page, "撤回.csv", ["企业名称,从业人员", ...rows].join("\n"));
  await expect(page.getByLabel("读作: 企业名称")).toHaveValue("name");
  await page.getByRole("button", { name: "导入", exact: true }).click();
  await expect(page.getByRole("progressbar")).toBeVisible();
  await page.getByRole("button", { name: "取消导入" }).click();
  await expect(page.getByText("已取消，没有写入")).toBeVisible();
  expect(await last()).toBe(before);
  await page.goto("/records?kind=firm&q=撤回1厂");
  await expect(page.getByText("（虚构）撤回1厂")).toHaveCount(0);
});
