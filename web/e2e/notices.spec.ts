import { expect, test } from "@playwright/test";
import { FIRM, PASSWORD, SESSION } from "./accounts";

test.use({ storageState: SESSION });

const own = { "X-Yingjin": "1" };

test("a problem that was answered is told to the firm that raised it, once, and read", async ({
  page,
  browser,
  baseURL,
}) => {
  const firm = await browser.newContext({
    baseURL,
    locale: "zh-CN",
    storageState: { cookies: [], origins: [] },
  });
  const mine = await firm.newPage();
  const data = { name: FIRM, password: PASSWORD };
  expect((await mine.request.post("/api/session", { data, headers: own })).ok()).toBe(true);
  const raised = await mine.request.post("/api/cases", {
    data: { kind: "labour", words: "缺工人" },
    headers: own,
  });
  const { no } = await raised.json();
  const answer = { action: "answer", words: "已联系" };
  await page.request.post(`/api/cases/${no}/steps`, { data: answer, headers: own });
  await expect
    .poll(async () => (await (await mine.request.get("/api/notices?unread=true")).json()).items[0]?.path)
    .toBe(`/cases/${no}`);
  await mine.goto("/owed");
  await mine.getByRole("link", { name: /通知，\d+ 条未读/ }).click();
  await expect(mine.getByRole("heading", { level: 1, name: "通知" })).toBeVisible();
  await mine.getByRole("link", { name: new RegExp(`第 ${no} 号事项已答复`) }).click();
  await expect(mine).toHaveURL(new RegExp(`/cases/${no}`));
  await mine.goto("/inbox");
  await expect(mine.getByRole("link", { name: new RegExp(`第 ${no} 号事项已答复`) })).toBeVisible();
  const read = mine.getByRole("listitem").filter({ hasText: `第 ${no} 号事项已答复` });
  await expect(read.getByRole("button", { name: "标为已读" })).toHaveCount(0);
  await firm.close();
});
