import { expect, type Page, test } from "@playwright/test";
import { SESSION } from "./accounts";

test.use({ storageState: SESSION });

/** What a resident's app sends: the same broken line, twice. */
async function reported(page: Page, words: string): Promise<string> {
  const answer = await page.request.post("/open311/v2/requests.json", {
    form: {
      api_key: "yingjin-demo",
      service_code: "power",
      lat: "34.0357",
      long: "113.8525",
      "attribute[area]": "411002",
      description: words,
    },
  });
  expect(answer.ok()).toBe(true);
  return (await answer.json())[0].service_request_id;
}

async function act(page: Page, action: string, fill: (page: Page) => Promise<void>) {
  await page.getByRole("button", { name: action, exact: true }).click();
  await fill(page);
  await page.getByRole("button", { name: "提交" }).click();
}

const answered = (words: string) => (page: Page) => page.getByLabel("答复（受益人会看到）").fill(words);

/** The caller says by the link, without an account, whether it is solved. */
async function said(page: Page, solved: boolean) {
  await page.getByRole("button", { name: "征询受益人" }).click();
  const link = new URL((await page.locator(".case-link").textContent()) ?? "").pathname;
  const nobody = await page.context().browser()?.newContext({ locale: "zh-CN" });
  const atHome = await nobody?.newPage();
  if (!nobody || !atHome) throw new Error("no browser");
  await atHome.goto(new URL(link, page.url()).href);
  await atHome.getByLabel("有人答复您吗？").selectOption("true");
  await atHome.getByLabel("解决了吗？").selectOption(String(solved));
  await atHome.getByLabel("您满意吗？").selectOption(String(solved));
  await atHome.getByRole("button", { name: "提交" }).click();
  await expect(atHome.getByLabel("解决了吗？")).toHaveCount(0);
  await nobody.close();
  await page.reload();
}

test("a complaint: the same twice, one office with a clock, handed back once, disputed, solved, and it counts", async ({
  page,
}) => {
  const first = await reported(page, "电线被车挂断，整条街停电");
  const second = await reported(page, "这条街停电了");
  const published = async () => (await page.request.get(`/open311/v2/requests/${first}.json`)).json();
  expect((await published())[0].status).toBe("open");

  await page.goto(`/cases/${second}`);
  await page.getByRole("link", { name: `比较 第 ${first} 号` }).click();
  await expect(page.getByText("电线被车挂断，整条街停电")).toBeVisible();
  await page.getByRole("button", { name: `把第 ${second} 号并入第 ${first} 号` }).click();
  await expect(page).toHaveURL(new RegExp(`/cases/${first}$`));

  // One office leads, and its clock is that of the kind.
  const under = page.locator(".under");
  await expect(under).toContainText("供电公司");
  await expect(page.getByText("24 小时", { exact: true })).toBeVisible();
  await act(page, "不属于我们，退回", (page) => page.getByLabel("理由（会留存）").fill("这段线路不归我们"));
  await expect(under).toContainText("魏都区政府");
  await act(page, "转交部门", async (page) => {
    await page.getByLabel("部门", { exact: true }).selectOption({ label: "国网许昌供电公司" });
    await page.getByLabel("理由（会留存）").fill("查过台账，是供电公司的线路");
  });
  await expect(under).toContainText("供电公司");
  await page.getByRole("button", { name: "签收，由我办理" }).click();
  await expect(under).toContainText("办理中");
  await act(page, "答复", answered("已经派人抢修。"));
  await expect(under).toContainText("已答复");

  await said(page, false);
  await expect(under).toContainText("有异议");
  await act(page, "答复", answered("线路已经接好，恢复供电。"));
  await expect(under).toContainText("已答复");
  await said(page, true);
  await expect(under).toContainText("已办结");
  expect((await published())[0].status).toBe("closed");

  await page.goto("/rates?by=office");
  const line = page.getByRole("row", { name: /魏都区.*供电公司/ });
  await expect(line.getByText(/^\d+ \/ \d+$/)).toHaveCount(3);
  await expect(line).toContainText("50.0%");
});
