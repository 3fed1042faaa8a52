import AgencySimulator
import CreditModel

/// Enterprises enough to turn pages: a few events a year in every dataset, some doubled, overtaken, withdrawn and broken.
struct TinyPopulation: EnterprisePopulation {
    var count: Int

    static let datasets: [(agency: AgencyID, name: String, key: String)] = [
        (.hongdun, "registration", "PRIPID"), (.statetax, "NSRXX", "NSRSBH"), (.localtax, "nsr", "nsrsbh"),
        (.quality, "SCXKZ", "证书编号"),
    ]
    static let texts: [AgencyID: String] = [.hongdun: "DOM", .statetax: "SCJYDZ", .localtax: "dz", .quality: "产品名称"]

    func events(of enterprise: Int) -> [SimulatedEvent] {
        var events: [SimulatedEvent] = []
        for (place, dataset) in Self.datasets.enumerated() {
            for turn in 0..<4 {
                // Many enterprises share a second, so that ties and slices of a second occur.
                let day = Day(number: 17_000 + Int32((enterprise / 3 * 7 + turn * 190 + place) % 700) + Int32(turn) * 10)
                let visible = LocalTime(day, secondOfDay: 30_000 + enterprise % 2)
                let key = RecordKey(["K\(place)-\(enterprise)"])
                let isGone = turn == 3 && enterprise % 5 == 0
                let isLate = turn == 2 && enterprise % 7 == 0 && [.hongdun, .quality].contains(dataset.agency)
                events.append(
                    SimulatedEvent(
                        dataset: DatasetID(dataset.agency, dataset.name), key: key,
                        change: turn == 0 ? .insert : isGone ? .delete : .update, visible: visible,
                        modified: isLate ? LocalTime(seconds: visible.seconds - 86_400 * 800) : visible,
                        fields: isGone
                            ? [RawField(dataset.key, key.text)]
                            : [
                                RawField(dataset.key, key.text), RawField("NAME", "广州\(enterprise)<有限>公司𠮷"),
                                RawField(Self.texts[dataset.agency] ?? "X", enterprise % 50 == 49 ? "a&b\(turn)" : "第\(turn)号"),
                            ],
                        isUnreadable: enterprise % 50 == 49 && !isGone, isDoubled: enterprise % 11 == 0, isTest: enterprise % 40 == 39,
                        about: [(enterprise: enterprise, role: .subject)]
                            + (dataset.agency == .quality && enterprise % 9 == 0
                                ? [(enterprise: (enterprise + 1) % count, role: .seller)] : [])))
            }
        }
        return events
    }

    func truth(of enterprise: Int, on day: Day) -> EnterpriseTruth {
        EnterpriseTruth(
            uscc: [], org: ["O\(enterprise)"], regno: [], tax: [], names: [(name: "甲\"\(enterprise)", from: day, to: nil)])
    }
}
