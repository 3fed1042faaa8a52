import CreditModel

/// Guangzhou's districts with the codes that they had in their time.
struct SimulatedDistrict {
    let name: String
    let share: Double
    /// The code, and the county or city that it was called, from a year on; the first entry is the oldest.
    let codes: [(from: Int, code: String, name: String)]

    func code(on day: Day) -> (code: String, name: String) {
        let year = day.components.year
        let entry = codes.last { $0.from <= year } ?? codes[0]
        return (entry.code, entry.name)
    }

    static let all: [SimulatedDistrict] = [
        .init(name: "荔湾区", share: 0.09, codes: [(0, "440103", "荔湾区")]),
        .init(name: "越秀区", share: 0.15, codes: [(0, "440104", "越秀区")]),
        .init(name: "海珠区", share: 0.12, codes: [(0, "440105", "海珠区")]),
        .init(name: "天河区", share: 0.25, codes: [(0, "440106", "天河区")]),
        .init(name: "白云区", share: 0.15, codes: [(0, "440111", "白云区")]),
        .init(name: "黄埔区", share: 0.04, codes: [(0, "440112", "黄埔区")]),
        .init(
            name: "番禺区",
            share: 0.10,
            codes: [(0, "440126", "番禺县"), (1993, "440181", "番禺市"), (2001, "440113", "番禺区")]
        ),
        .init(
            name: "花都区",
            share: 0.04,
            codes: [(0, "440121", "花县"), (1994, "440182", "花都市"), (2001, "440114", "花都区")]
        ),
        .init(name: "南沙区", share: 0.02, codes: [(0, "440181", "番禺市"), (2006, "440115", "南沙区")]),
        .init(
            name: "从化区",
            share: 0.02,
            codes: [(0, "440122", "从化县"), (1995, "440184", "从化市"), (2015, "440117", "从化区")]
        ),
        .init(
            name: "增城区",
            share: 0.02,
            codes: [(0, "440125", "增城县"), (1994, "440183", "增城市"), (2015, "440118", "增城区")]
        ),
    ]
    static func draw(_ dice: inout Dice) -> Int {
        var point = dice.fraction()
        for (index, district) in all.enumerated() {
            point -= district.share
            if point < 0 { return index }
        }
        return 3
    }
}
