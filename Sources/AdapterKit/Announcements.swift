public import CreditModel
import Normalisation

/// 欠税公告: the latest announcement of each tax office, by what the rows say.
public struct Announcements: Sendable {
    let office: String
    let day: String
    let name: String
    /// By the office as sent, white space trimmed.
    public private(set) var latest: [String: Day]

    /// Watches the columns of the office, the day of announcement and the taxpayer's name.
    public init(office: String, day: String, name: String, latest: [String: Day]) {
        self.office = office
        self.day = day
        self.name = name
        self.latest = latest
    }

    /// How far before its day an announcement may be written down: offices announce once a quarter.
    private static let longestLead = 92

    /// Notes a row; withdrawn rows, test rows and days that cannot be (a year mistyped) announce nothing.
    ///
    /// An announcement whose rows are withdrawn later has been made all the same, and ended the one before it.
    public mutating func note(_ record: SourceRecord) {
        guard record.operation == .record, let office = text(office, record), let day = text(day, record),
            case .date(let date) = Normalise.date(day), case .day(let announced) = date,
            announced <= record.modified.day.adding(days: Self.longestLead)
        else { return }
        if let name = text(name, record), Normalise.isTestName(Normalise.name(name) ?? name) { return }
        let key = KeyText.halfWidth(office)
        if latest[key].map({ $0 < announced }) ?? true { latest[key] = announced }
    }

    private func text(_ column: String, _ record: SourceRecord) -> String? {
        record.fields.first { $0.name == column }.flatMap { Normalise.text($0.text) }
    }
}
