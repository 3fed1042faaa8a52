import CreditModel

/// How names get written.
extension Dirt {
    private static let alike: [Character: String] = {
        let groups = [
            "恒亨衡", "通同桐", "达大", "鑫新欣信", "宏鸿洪红", "伟威维", "华花", "丰峰锋", "源元园圆", "泰太", "盛胜晟", "佳嘉家", "利力立丽",
            "兴星", "金今", "天田夫", "建健", "德得", "隆龙", "瑞锐", "荣容", "科柯", "贸茂", "安按", "美梅", "远运", "成城诚", "博搏", "和合", "东冬",
            "海诲", "明名", "万方", "士土", "广厂", "商尚", "业叶", "展辰", "未末", "顺川", "益溢", "正振", "永水", "中忠", "福富", "凯恺", "文纹",
        ]
        var table: [Character: String] = [:]
        for group in groups {
            for character in group { table[character, default: ""] += group.filter { $0 != character } }
        }
        return table
    }()
    private static let traditional: [Character: Character] = Dictionary(
        zip(
            "广东华业贸发龙门车电机设计实装饰药医务员国银长汇联达兴丰泽运网纸铁钢铝园园厂卫环义乐庆宝丽",
            "廣東華業貿發龍門車電機設計實裝飾藥醫務員國銀長匯聯達興豐澤運網紙鐵鋼鋁園園廠衛環義樂慶寶麗"
        ),
        uniquingKeysWith: { a, _ in a }
    )

    /// A name of the enterprise on a day as it is sent in a column.
    func name(of life: Life, on day: Day, _ column: UInt64, mayBeFormer: Bool = true) -> String {
        var name = life.name(on: day)
        if mayBeFormer, let former = life.formerName(on: day), hits(.formerName, column, rates.formerName) {
            name = former
        }
        return written(name, column)
    }

    /// A name as somebody writes it down.
    func written(_ name: String, _ column: UInt64) -> String {
        var name = name
        if hits(.shortForm, column, rates.shortForm) { name = Self.shortened(name) }
        if hits(.typo, column, rates.typo) { name = mistypedName(name, column) }
        if hits(.outsideGBK, column, rates.outsideGBK) {
            name = replacing(name, column, with: Dice(seed, 0x6B1, column).first(of: ["䶮", "𬭎", "𠮷", "𬍛"]))
        }
        if hits(.traditional, column, rates.traditional) { name = String(name.map { Self.traditional[$0] ?? $0 }) }
        if name.contains("（"), hits(.brackets, column, rates.brackets) {
            name = bracketed(name, Dice(seed, 0xB4AC, column).first(of: [0, 0, 1, 2]))
        }
        if hits(.fullWidth, column, rates.fullWidth) { name = Self.fullWidth(name) }
        if hits(.blanks, column, rates.blanks) { name = blanked(name, column) }
        return name
    }

    static func shortened(_ name: String) -> String {
        if name.contains("有限责任公司") { return swap(name, "有限责任公司", "有限公司") }
        guard name.hasPrefix("广州市"), !name.hasPrefix("广州市白云区"), name.count > 6 else { return name }
        return "广州" + name.dropFirst(3)
    }

    private static func swap(_ text: String, _ old: String, _ new: String) -> String {
        let characters = Array(text)
        let wanted = Array(old)
        guard let start = characters.indices.first(where: { characters[$0...].starts(with: wanted) }) else {
            return text
        }
        return String(characters[..<start]) + new + String(characters[(start + wanted.count)...])
    }

    /// Where a trade name usually stands: behind the region.
    private func place(_ characters: [Character], _ column: UInt64) -> Int {
        var dice = dice(.place, column)
        let start =
            characters.starts(with: "测试广州")
            ? 4
            : characters.starts(with: "测试")
                ? 2 : characters.starts(with: "广州市") ? 3 : characters.starts(with: "广州") ? 2 : 0
        return min(characters.count - 1, start + dice.below(max(1, min(6, characters.count - start - 4))))
    }

    private func replacing(_ name: String, _ column: UInt64, with other: String) -> String {
        var characters = Array(name)
        guard characters.count > 4 else { return name }
        characters[place(characters, column)] = Character(other)
        return String(characters)
    }

    private func mistypedName(_ name: String, _ column: UInt64) -> String {
        var characters = Array(name)
        guard characters.count > 4 else { return name }
        var dice = Dice(seed, 0x7790, column)
        let place = place(characters, column)
        switch dice.below(4) {
        case 0: characters.remove(at: place)
        case 1: characters.insert(characters[place], at: place)
        default:
            let start = place
            let found = (start..<characters.count).first { Self.alike[characters[$0]] != nil }
            guard let found, let others = Self.alike[characters[found]], !others.isEmpty else {
                characters.remove(at: place)
                break
            }
            characters[found] = dice.pick(Array(others))
        }
        return String(characters)
    }

    private func bracketed(_ name: String, _ style: Int) -> String {
        String(
            name.map { character in
                switch character {
                case "（" where style != 1: "("
                case "）" where style != 2: ")"
                default: character
                }
            }
        )
    }

    private func blanked(_ name: String, _ column: UInt64) -> String {
        var dice = Dice(seed, 0xB1A4, column)
        switch dice.below(4) {
        case 0: return name + " "
        case 1: return " " + name
        case 2: return name + "　"
        default:
            var characters = Array(name)
            characters.insert(" ", at: 1 + dice.below(max(1, characters.count - 1)))
            return String(characters)
        }
    }

    /// A document's number with its year in the brackets that the clerk has.
    func documentNumber(_ prefix: String, _ year: Int, _ number: Int, _ column: UInt64) -> String {
        let (open, close) =
            hits(.brackets, column, rates.brackets)
            ? Dice(seed, 0xD0C, column).first(of: [("(", ")"), ("（", "）"), ("[", "]"), ("【", "】")]) : ("〔", "〕")
        return "\(prefix)\(open)\(year)\(close)\(number)号"
    }
}
