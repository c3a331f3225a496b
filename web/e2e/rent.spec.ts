import { expect, type Page, test } from "@playwright/test";
import { SESSION } from "./accounts";
import { uscc } from "./sheet";

test.use({ storageState: SESSION });

/** Reads a sheet in as rows of a kind, as a person does at the page. */
async function imported(page: Page, kind: string, rows: string[]) {
  await page.goto("/import");
  const buffer = Buffer.from(rows.join("\n"));
  await page.locator("input[type=file]").setInputFiles({ name: `${kind}.csv`, mimeType: "text/csv", buffer });
  await page.getByLabel("表里每一行是什么").selectOption({ label: kind });
  await page.getByRole("button", { name: "导入", exact: true }).click();
  await expect(page.getByText(/这次导入是第 \d+ 号事件/)).toBeVisible();
  await expect(page.locator(".stat").filter({ hasText: "新增" })).toContainText(String(rows.length - 1));
}

/** Where a lease stands for the waiver, as its own page says it. */
const waiver = (page: Page) => page.locator(".verdicts > li").filter({ hasText: "国有房产租金减免" });

test("the last tenant of state premises is owed the waiver, whoever lets to him has to act, and it counts once given", async ({
  page,
}) => {
  // The number of the last event makes names that the register cannot know, also when the tests run again.
  const city = await (await page.request.get("/api/city")).json();
  const batch = String(city.register.last_seq).padStart(6, "0");
  const code = (row: number) => uscc(`91411000MA${batch}${row}`);
  const name = (row: number) => `（虚构）减租${batch}${["", "国资公司", "商管公司", "面馆"][row]}`;
  const [head, last] = [`（虚构）${batch}总租`, `（虚构）${batch}转租`];
  await imported(page, "企业（单位）", [
    "统一社会信用代码,企业名称,县区,控股情况,行业代码,从业人员,营业收入,经营困难",
    `${code(1)},${name(1)},魏都区,国有,L7212,120,90000000,否`,
    `${code(2)},${name(2)},魏都区,民营,L7212,30,20000000,否`,
    `${code(3)},${name(3)},魏都区,民营,H6210,6,900000,是`,
  ]);
  await imported(page, "租赁合同", [
    "合同编号,房产地址,县区,出租方代码,承租方代码,是否转租,上一手租赁合同,用途,月租金(元/月),租期起,租期止",
    `${head},${head}路1号,魏都区,${code(1)},${code(2)},否,,商铺,30000,2019-01-01,2021-12-31`,
    `${last},${last}路1号,魏都区,${code(2)},${code(3)},是,${head},商铺,4000,2019-06-01,2021-05-31`,
  ]);

  // The chain ends at whoever uses the rooms: he is owed it, and who rents all of it to pass it on is not.
  await page.goto(`/records/lease/${encodeURIComponent(last)}`);
  await expect(waiver(page)).toContainText("未尽");
  await page.goto(`/records/lease/${encodeURIComponent(head)}`);
  await page.getByText(/^不涉及的 \d+ 项责任$/).click();
  await expect(waiver(page)).toContainText("不涉及");

  // The next pass makes it a case of the office, for whom the lessor has to act.
  await page.goto("/audit");
  await page.getByRole("button", { name: "开始评估" }).click();
  await expect(page.getByText(/评估 [\d,]+ 个档案/)).toBeVisible({ timeout: 120_000 });
  await page.goto(`/cases?record=${encodeURIComponent(`lease/${last}`)}`);
  await page.getByRole("link", { name: "国有房产租金减免" }).first().click();
  await expect(page.locator("main")).toContainText(name(2));

  // The letter goes to whoever lets to him; the state company has nothing left to do, and none is offered for it.
  await page.goto(`/records/firm/${code(1)}`);
  await expect(page.getByRole("link", { name: "一企一策" })).toBeVisible();
  await expect(page.getByRole("link", { name: "关于减免房屋租金的函" })).toHaveCount(0);
  await page.goto(`/records/firm/${code(2)}`);
  const letter = await page.getByRole("link", { name: "关于减免房屋租金的函" }).getAttribute("href");
  const pdf = await page.request.get(String(letter));
  expect(pdf.headers()["content-type"]).toBe("application/pdf");

  // The tenant confirms three months. How many are owed is not in hand until the national measure of 9 May: by that, it is done.
  await imported(page, "租金减免", [
    "合同编号,减免起始月,免租月数,减免金额,方式,进展,减免日期,确认日期",
    `${last},2020-02-01,3,12000,免收,承租方已确认,2020-03-02,2020-03-04`,
  ]);
  await page.goto(`/records/lease/${encodeURIComponent(last)}`);
  await expect(waiver(page)).toContainText("未尽");
  await page.goto(`/records/lease/${encodeURIComponent(last)}?on=2020-05-31`);
  await expect(waiver(page)).toContainText("已尽");

  // The monthly statement.
  await page.goto("/duties/rent-waiver");
  const statement = await page.getByRole("link", { name: "减免房租情况统计表" }).getAttribute("href");
  const sheet = await page.request.get(String(statement));
  expect((await sheet.body()).subarray(0, 5).toString()).toBe("%PDF-");
});
