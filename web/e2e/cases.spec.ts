import { expect, test } from "@playwright/test";
import { AUDITOR, FIRM, PASSWORD, SESSION } from "./accounts";

test.use({ storageState: SESSION });

test("a firm raises a problem, an officer takes and answers it, the firm disputes it, then it is solved", async ({
  page,
  browser,
}) => {
  const firm = await browser.newContext({ locale: "zh-CN" });
  const told = { headers: { "X-Yingjin": "1" } };
  await firm.request.post("/api/session", { ...told, data: { name: FIRM, password: PASSWORD } });
  const atFirm = await firm.newPage();
  await atFirm.goto("/cases/new");
  await atFirm.getByLabel("种类").selectOption({ label: "运输" });
  await atFirm.getByLabel("是什么困难").fill("原料车进不了厂区");
  await atFirm.getByRole("button", { name: "提交" }).click();
  await expect(atFirm).toHaveURL(/\/cases\/\d+$/);
  const path = new URL(atFirm.url()).pathname;

  await page.goto(path);
  await page.getByRole("button", { name: "签收，由我办理" }).click();
  await expect(page.locator(".under")).toContainText("办理中");
  await page.getByRole("button", { name: "答复" }).click();
  await page.getByLabel("套用模板").selectOption({ label: "已办结" });
  await expect(page.getByLabel("答复（受益人会看到）")).toHaveValue(/结果如下/);
  await page.getByLabel("答复（受益人会看到）").fill("通行证已经发出，明天可以进厂。");
  await page.getByRole("button", { name: "提交" }).click();
  await expect(page.locator(".under")).toContainText("已答复");
  await page.getByRole("button", { name: "征询受益人" }).click();
  const link = new URL((await page.locator(".case-link").textContent()) ?? "").pathname;

  const nobody = await browser.newContext({ locale: "zh-CN" });
  const atDoor = await nobody.newPage();
  await atDoor.goto(link);
  await expect(atDoor.getByText("通行证已经发出")).toBeVisible();
  await atDoor.getByLabel("有人答复您吗？").selectOption("true");
  await atDoor.getByLabel("解决了吗？").selectOption("false");
  await atDoor.getByLabel("想说的话（可以不填）").fill("车还在路口");
  await atDoor.getByRole("button", { name: "提交" }).click();
  await expect(atDoor.getByText("已经退给承办单位重新办理")).toBeVisible();
  await nobody.close();

  await page.reload();
  await expect(page.locator(".under")).toContainText("有异议");
  await expect(page.locator(".case-steps")).toContainText("车还在路口");
  await page.getByRole("button", { name: "答复" }).click();
  await page.getByLabel("答复（受益人会看到）").fill("车已经进厂。");
  await page.getByRole("button", { name: "提交" }).click();
  await expect(page.locator(".under")).toContainText("已答复");

  await atFirm.reload();
  await atFirm.getByRole("button", { name: "回答是否解决" }).click();
  await atFirm.getByLabel("有人答复您吗？").selectOption("true");
  await atFirm.getByLabel("解决了吗？").selectOption("true");
  await atFirm.getByRole("button", { name: "提交" }).click();
  await expect(atFirm.locator(".under")).toContainText("已办结");
  await firm.close();
});

test("several cases are taken at once, and given back", async ({ page }) => {
  await page.goto("/cases");
  const boxes = page.getByRole("checkbox");
  await boxes.nth(0).check();
  await boxes.nth(1).check();
  await expect(page.getByText("已选 2 件")).toBeVisible();
  await page.getByRole("button", { name: "签收，由我办理" }).click();
  await expect(page.getByText("已处理 2 件")).toBeVisible();
  await page.getByRole("button", { name: "撤销" }).click();
  await expect(page.getByText("已撤销")).toBeVisible();
  await page.getByLabel("范围").selectOption({ label: "我的" });
  await expect(page).toHaveURL(/show=mine/);
});

test("filters are kept under a name, and forgotten", async ({ page }) => {
  await page.goto("/cases?show=overdue&kind=gap");
  await page.getByRole("button", { name: "存下这组筛选" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("名称").fill("超期未尽");
  await dialog.getByRole("button", { name: "存下这组筛选" }).click();
  await page.goto("/cases");
  await page.getByRole("link", { name: "超期未尽" }).click();
  await expect(page).toHaveURL(/show=overdue&kind=gap/);
  await page.getByRole("button", { name: "不再保留“超期未尽”" }).click();
  await expect(page.getByRole("link", { name: "超期未尽" })).toHaveCount(0);
});

test("a case is given to another by the button on its card and by dragging it, and taken back", async ({
  page,
  browser,
}, { project }) => {
  // Of the area whose officer it will be given to.
  await page.goto("/cases/board?kind=gap&area=411002");
  const nobody = page.getByRole("region", { name: /尚未指定/ });
  const card = nobody.locator(".board-card").first();
  await expect(card).toBeVisible();
  const no = (await card.getByRole("button").getAttribute("id"))?.replace("give-", "") ?? "";
  // By its name, which a column has while it is hidden, too.
  const column = (name: string) => page.locator(`[aria-labelledby="column-${name}"]`);
  const inColumn = (name: string) => column(name).locator(`#give-${no}`);

  // With the keyboard alone.
  await card.getByRole("button").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByLabel("承办人").selectOption("demo-county");
  await page.getByRole("dialog").getByRole("button", { name: "提交" }).press("Enter");
  await expect(page.getByText("已处理 1 件")).toBeVisible();
  await expect(inColumn("demo-county")).toHaveCount(1);
  if (project.name === "desktop") {
    await expect(inColumn("demo-county"), "whoever uses the keyboard is where the card is").toBeFocused();
  } else {
    await expect(column("demo-county"), "one column at a time").toBeHidden();
    await page.getByLabel("看谁的").selectOption("demo-county");
    await expect(inColumn("demo-county")).toBeVisible();
  }
  await page.getByRole("button", { name: "撤销" }).click();
  await expect(page.getByText("已撤销")).toBeVisible();
  await expect(inColumn("demo-county")).toHaveCount(0);

  if (project.name === "desktop") {
    const dragged = nobody.locator(".board-card").filter({ has: page.locator(`#give-${no}`) });
    await dragged.dragTo(column("demo-county"), { targetPosition: { x: 60, y: 60 } });
    await expect(inColumn("demo-county")).toHaveCount(1);
    await page.getByRole("button", { name: "撤销" }).click();
    await expect(inColumn("demo-county")).toHaveCount(0);
  }

  // Who gives nobody anything has nothing to drag.
  const auditor = await browser.newContext({ locale: "zh-CN" });
  const told = { headers: { "X-Yingjin": "1" } };
  await auditor.request.post("/api/session", { ...told, data: { name: AUDITOR, password: PASSWORD } });
  const atAuditor = await auditor.newPage();
  await atAuditor.goto("/cases/board?kind=gap");
  await expect(atAuditor.locator(".board-card").first()).toBeVisible();
  await expect(atAuditor.locator(".board-card[draggable=true]")).toHaveCount(0);
  await expect(atAuditor.locator(".board-card button")).toHaveCount(0);
  await auditor.close();
});
