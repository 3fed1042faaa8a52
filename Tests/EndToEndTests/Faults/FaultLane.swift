import AdapterKit
import AgencySimulator
import CreditModel

/// One way in on which a fault may lie: an agency, and of 质监 what is asked for.
enum FaultLane: String, CaseIterable, Sendable {
    case hongdun, statetax, localtax
    case manifest = "quality, manifest"
    case file = "quality, file"

    var dataset: DatasetID {
        switch self {
        case .hongdun: DatasetID(.hongdun, "registration")
        case .statetax: DatasetID(.statetax, "NSRXX")
        case .localtax: DatasetID(.localtax, "nsr")
        case .manifest, .file: DatasetID(.quality, "ZZJGDM")
        }
    }

    /// Rows asked for at once: few, so that each reads several pages.
    var pageSize: Int {
        switch self {
        case .hongdun: 22
        case .statetax: 4
        default: 12
        }
    }

    /// What a fault calls the requests of this way.
    var asked: String { self == .manifest ? "manifest" : dataset.name }
}

/// What goes wrong.
enum Trouble: Sendable {
    case fault(Fault.Kind)
    /// No process listens where the agency ought to be.
    case nobodyListens

    /// Whether it is about time, so that the bounds on time must be short.
    var isSlow: Bool {
        switch self {
        case .fault(.hang), .fault(.stall), .fault(.trickle): true
        default: false
        }
    }
}

/// How a sync ends that met a fault.
enum FaultEnd: Sendable {
    /// Everything was taken, where need be by asking again.
    case complete
    /// All but rows that are quarantined by this rule.
    case quarantined(String)
    /// All but a file that is refused with these words; the source counts as incomplete.
    case refusedFile(String)
    /// All that there was, and the source counts as incomplete for this reason.
    case incomplete(String)
    /// The run failed with this code and these words; what was taken before stays taken.
    case failed(AdapterError.Code, String)

    /// For the table in the documentation.
    var text: String {
        switch self {
        case .complete: "complete"
        case .quarantined(let rule): "partly: row quarantined, `\(rule)`"
        case .refusedFile: "partly: file refused, asked for at the next run"
        case .incomplete(let reason): "partly: incomplete, `\(reason)…`"
        case .failed(let code, _): "fails: `\(code)`"
        }
    }
}

/// One line of the table: what goes wrong, and how a sync ends, lane by lane; a lane that is not named has no such fault.
struct FaultRow: Sendable {
    var name: String
    var trouble: Trouble
    /// Where it happens to one request: the first, the one in the middle and the last.
    var once: [FaultLane: FaultEnd] = [:]
    /// Where it happens to every request from the one in the middle on.
    var always: [FaultLane: FaultEnd] = [:]
}
