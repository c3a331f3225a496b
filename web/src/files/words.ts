import { words } from "@/i18n/words";

export const w = words({
  choose: { zh: "选择文件", en: "Choose files" },
  choosePicture: { zh: "选择照片", en: "Choose photographs" },
  take: { zh: "拍照", en: "Take a photograph" },
  preparing: { zh: "正在处理…", en: "Getting it ready…" },
  remove: { zh: "删除", en: "Remove" },
  removed: (name: string) => ({ zh: `已删除 ${name}`, en: `${name} was removed` }),
  added: (names: string) => ({ zh: `已选 ${names}`, en: `${names} chosen` }),
  limits: (types: string, most: string, each: string) => ({
    zh: `${types}，最多 ${most} 个，每个不超过 ${each}`,
    en: `${types}; at most ${most}, each up to ${each}`,
  }),
  photographs: { zh: "照片", en: "photographs" },
  shrunk: {
    zh: "照片会在本机缩小，并去掉拍摄地点。",
    en: "Photographs are made smaller on this device, and where they were taken is left out.",
  },
  full: (most: string) => ({ zh: `已选满 ${most} 个`, en: `${most} chosen: that is all` }),
  tooMany: (name: string, most: string) => ({
    zh: `${name} 没有加上：最多 ${most} 个，请先删除一个。`,
    en: `${name} was not added: at most ${most}. Remove one first.`,
  }),
  twice: (name: string) => ({ zh: `${name} 已经选过了。`, en: `${name} is chosen already.` }),
  empty: (name: string) => ({
    zh: `${name} 是空的，请重新选择。`,
    en: `${name} is empty. Choose it again.`,
  }),
  wrongType: (name: string, types: string) => ({
    zh: `${name} 的类型这里不收。可以选：${types}。`,
    en: `${name} is of a type that is not taken here. What is taken: ${types}.`,
  }),
  unreadable: (name: string) => ({
    zh: `打不开 ${name}：可能已损坏，或这台设备不认识它的格式。请重新拍照，或另存为 JPEG。`,
    en: `${name} cannot be opened: it is damaged, or of a format that this device does not know. Take it again, or save it as JPEG.`,
  }),
  heic: (name: string) => ({
    zh: `${name} 是 HEIC 照片，这个浏览器打不开。请在 iPhone 上用 Safari 打开本页再选，它会自动转成 JPEG；或在“设置 › 相机 › 格式”里选“兼容性最佳”后重拍；或另存为 JPEG 再选。`,
    en: `${name} is a HEIC photograph, which this browser cannot open. Choose it on the iPhone with this page in Safari, which makes a JPEG of it; or set Settings › Camera › Formats to Most Compatible and take it again; or save it as JPEG first.`,
  }),
  tooLarge: (name: string, is: string, most: string) => ({
    zh: `${name} 有 ${is}，超过每个 ${most} 的上限。请压缩，或分成几个文件。`,
    en: `${name} has ${is}, more than the ${most} that one may have. Make it smaller, or split it.`,
  }),
  noRoom: (name: string) => ({
    zh: `本机存储空间已满，${name} 没有存下。请清理手机空间，或先发送等待的表单，再选一次。`,
    en: `This device has no room left: ${name} was not kept. Free some space, or send what waits first, then choose it again.`,
  }),
  wentWrong: (name: string) => ({
    zh: `${name} 没有加上。请再选一次。`,
    en: `${name} was not added. Choose it again.`,
  }),
  preview: (name: string) => ({ zh: `预览：${name}`, en: `preview of ${name}` }),
  picture: (n: string) => ({ zh: `照片 ${n}`, en: `Photograph ${n}` }),
  document: (type: string, n: string) => ({ zh: `${type} 文件 ${n}`, en: `${type} file ${n}` }),
  open: { zh: "打开", en: "Open" },
  download: { zh: "下载", en: "Download" },
  notShown: (n: string) => ({
    zh: `文件 ${n} 打不开：没有网络，或您没有查看它的权限。`,
    en: `File ${n} cannot be shown: there is no network, or you may not read it.`,
  }),
});
