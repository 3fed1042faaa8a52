/// A division of the country, GB/T 2260: codes live on in identifiers after the division is gone.
///
/// Guangzhou's are known one by one, with their history; elsewhere a code counts by the form and its province.
public struct District: Hashable, Sendable, CustomStringConvertible {
    /// The six digits.
    public let code: String
    /// Its name, where known; of several in the course of time the last.
    public let name: String?
    /// The years in which the code was in force, where known.
    public let years: ClosedRange<Int>?
    /// The code of the division that it went up in, where it did.
    public let successor: String?

    /// Reads six digits; nine or twelve (townships and villages) count by their first six.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 6 || bytes.count == 9 || bytes.count == 12, bytes.allSatisfy({ 0x30...0x39 ~= $0 }),
            Self.isKnown(bytes[..<6])
        else { return nil }
        let code = String(decoding: bytes[..<6], as: UTF8.self)
        let row = Self.rows.first { $0.code == code }
        self.code = code
        name = row?.name
        years = row?.years
        successor = row?.successor
    }

    /// The division in which this one lies today: itself, or the last of its successors.
    public var present: District {
        guard let successor, let next = District(successor) else { return self }
        return next.present
    }

    /// Whether the code was in force in a year; true where its history is not known.
    public func isInForce(inYear year: Int) -> Bool { years?.contains(year) ?? true }

    /// The six digits.
    public var description: String { code }

    /// Every division of Guangzhou, past and present, and the city itself.
    public static var guangzhou: [District] { rows.compactMap { $0.code.hasPrefix("4401") ? District($0.code) : nil } }

    /// Whether six bytes are the code of a division, present or past.
    package static func isKnown(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count == 6 else { return false }
        var number = 0
        for byte in bytes {
            guard 0x30...0x39 ~= byte else { return false }
            number = number * 10 + Int(byte - 0x30)
        }
        // Guangzhou's list is complete, so any other code of its is a slip.
        if number / 100 == 4401 { return isGuangzhou[number % 100] }
        guard provinces[number / 10_000] else { return false }
        return number % 10_000 / 100 != 0 || number % 100 == 0
    }

    /// Whether two bytes begin the code of a province.
    package static func isProvince(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.count == 2 && Day.digits(bytes).map { provinces[$0] } ?? false
    }

    /// By the first two digits.
    private static let provinces = marks(at: [
        11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62,
        63, 64,
        65, 71, 81, 82,
    ])
    /// By the last two digits.
    private static let isGuangzhou = marks(
        at: rows.compactMap { row in row.code.hasPrefix("4401") ? Day.digits(Array(row.code.utf8)[4...]) : nil }
    )

    private static func marks(at numbers: [Int]) -> [Bool] {
        var marks = [Bool](repeating: false, count: 100)
        for number in numbers { marks[number] = true }
        return marks
    }

    private struct Row {
        let code: String
        let name: String
        let years: ClosedRange<Int>?
        let successor: String?

        init(_ code: String, _ name: String, _ years: ClosedRange<Int>? = nil, to successor: String? = nil) {
            self.code = code
            self.name = name
            self.years = years
            self.successor = successor
        }
    }

    private static let always = 9999
    private static let rows: [Row] = [
        Row("440000", "广东省"), Row("440100", "广州市"), Row("440101", "市辖区", 1983...always),
        Row("440102", "东山区", 1983...2005, to: "440104"), Row("440103", "荔湾区", 1983...always),
        Row("440104", "越秀区", 1983...always), Row("440105", "海珠区", 1983...always), Row("440106", "天河区", 1985...always),
        Row("440107", "芳村区", 1985...2005, to: "440103"),
        Row("440111", "白云区", 1983...always),  // 郊区 until 1986
        Row("440112", "黄埔区", 1983...always), Row("440113", "番禺区", 2000...always), Row("440114", "花都区", 2000...always),
        Row("440115", "南沙区", 2005...always), Row("440116", "萝岗区", 2005...2014, to: "440112"),
        Row("440117", "从化区", 2014...always), Row("440118", "增城区", 2014...always),
        Row("440121", "花县", 1960...1993, to: "440182"), Row("440122", "从化县", 1960...1994, to: "440184"),
        // Counties of the city until 1988, under whose codes cards and numbers were given out.
        Row("440123", "新丰县", 1975...1988, to: "440233"), Row("440124", "龙门县", 1975...1988, to: "441324"),
        Row("440127", "清远县", 1983...1988, to: "441802"), Row("440128", "佛冈县", 1983...1988, to: "441821"),
        Row("440125", "增城县", 1960...1993, to: "440183"), Row("440126", "番禺县", 1960...1992, to: "440181"),
        Row("440181", "番禺市", 1992...2000, to: "440113"), Row("440182", "花都市", 1993...2000, to: "440114"),
        // Crossed: 183 became 118, 184 became 117.
        Row("440183", "增城市", 1993...2014, to: "440118"), Row("440184", "从化市", 1994...2014, to: "440117"),
        Row("440200", "韶关市"), Row("440300", "深圳市"), Row("440400", "珠海市"), Row("440500", "汕头市"), Row("440600", "佛山市"),
        Row("440700", "江门市"), Row("440800", "湛江市"), Row("440900", "茂名市"), Row("441200", "肇庆市"), Row("441300", "惠州市"),
        Row("441400", "梅州市"), Row("441500", "汕尾市"), Row("441600", "河源市"), Row("441700", "阳江市"), Row("441800", "清远市"),
        Row("441900", "东莞市"), Row("442000", "中山市"), Row("445100", "潮州市"), Row("445200", "揭阳市"), Row("445300", "云浮市"),
    ]
}
