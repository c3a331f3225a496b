import { words } from "@/i18n/words";

export const w = words({
  title: { zh: "通知", en: "Inbox" },
  lead: {
    zh: "与您有关的事项和备案有了新情况，会在这里告诉您。只有您自己能看到。",
    en: "What is new about the cases and filings that concern you. Only you can see it.",
  },
  bell: (count: string) => ({ zh: `通知，${count} 条未读`, en: `Inbox, ${count} unread` }),
  bellNone: { zh: "通知，没有未读", en: "Inbox, nothing unread" },
  many: { zh: "99+", en: "99+" },
  show: { zh: "显示", en: "Show" },
  all: { zh: "全部", en: "All" },
  unread: { zh: "未读", en: "Unread" },
  markAll: { zh: "全部标为已读", en: "Mark all as read" },
  mark: { zh: "标为已读", en: "Mark as read" },
  none: { zh: "没有通知。", en: "Nothing has been told to you." },
  noneUnread: { zh: "没有未读的通知。", en: "Nothing is unread." },
  gone: { zh: "现已不归您查看", en: "no longer yours to see" },
});
