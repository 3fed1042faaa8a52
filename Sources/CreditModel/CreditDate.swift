/// A date as precise as the agency gave it: a day, a month, a year, or "no end" (`9999-9-9`, `长期`).
public enum CreditDate: Hashable, Sendable, CustomStringConvertible {
    case day(Day)
    case month(year: Int, month: Int)
    case year(Int)
    /// Without an end; only as the end of a period.
    case open

    /// The first day that the date may mean; nil for ``open``.
    public var firstDay: Day? {
        switch self {
        case .day(let day): day
        case .month(let year, let month): Day(year: year, month: month, day: 1)
        case .year(let year): Day(year: year, month: 1, day: 1)
        case .open: nil
        }
    }

    /// The last day that the date may mean; nil for ``open``.
    public var lastDay: Day? {
        switch self {
        case .day(let day): day
        case .month(let year, let month): Day(year: year, month: month, day: Day.length(ofMonth: month, year: year))
        case .year(let year): Day(year: year, month: 12, day: 31)
        case .open: nil
        }
    }

    /// `yyyy-mm-dd`, `yyyy-mm`, `yyyy`, or `open`.
    public var description: String {
        switch self {
        case .day(let day): day.description
        case .month(let year, let month): "\(Day.padded(year, 4))-\(Day.padded(month, 2))"
        case .year(let year): Day.padded(year, 4)
        case .open: "open"
        }
    }

    /// Reads the form that ``description`` writes, and nothing else; agencies' forms are Normalisation's.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        if text == "open" {
            self = .open
        } else if let day = Day(text) {
            self = .day(day)
        } else if bytes.count == 7, bytes[4] == 0x2D, let year = Day.digits(bytes[0..<4]), year > 0,
            let month = Day.digits(bytes[5..<7]), 1...12 ~= month
        {
            self = .month(year: year, month: month)
        } else if bytes.count == 4, let year = Day.digits(bytes[0..<4]), year > 0 {
            self = .year(year)
        } else {
            return nil
        }
    }
}
