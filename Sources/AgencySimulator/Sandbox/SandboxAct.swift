package import CanonicalJSON
internal import CreditModel
package import ServiceKit

/// Something that a platform lets happen in a sandbox, to see what it is told of it.
package enum SandboxAct: Hashable, Sendable {
    /// 行政处罚.
    case penalise(String)
    /// Put on the list of abnormal operation, 经营异常名录.
    case list(String)
    /// Taken off that list.
    case delist(String)
    /// 吊销.
    case revoke(String)
    /// 注销.
    case cancel(String)
    /// In business again.
    case restore(String)
    case rename(String, to: String)
    /// An agency takes a record back: the newest of a dataset of 红盾, or of any that speaks against the enterprise.
    case withdraw(String, dataset: String?)
    /// 吸收合并.
    case merge(String, into: String)
    /// A merger is undone.
    case split(String)
    /// An agency stops answering.
    case lateSource(String)
    /// It answers again.
    case recoverSource(String)
    /// Days pass on which only happens what would have happened anyway.
    case advanceDay(Int)

    /// As orders name them, and what each takes.
    package static let forms: [(name: String, takes: [String])] = [
        ("penalise", ["enterprise"]), ("list", ["enterprise"]), ("delist", ["enterprise"]),
        ("revoke", ["enterprise"]), ("cancel", ["enterprise"]), ("restore", ["enterprise"]),
        ("rename", ["enterprise", "name"]), ("withdraw", ["enterprise", "dataset?"]),
        ("merge", ["enterprise", "into"]), ("split", ["enterprise"]), ("lateSource", ["source"]),
        ("recoverSource", ["source"]), ("advanceDay", ["days?"]),
    ]
    /// Acts of one day.
    package static let dayLimit = 20
    /// Days that may pass at once.
    package static let leap = 366
    /// Bytes of a name or a code.
    private static let textLimit = 200

    /// Reads one act strictly: a misspelt member is told, not passed over.
    /// - Throws: ``SandboxRefusal``.
    package init(_ value: JSONValue) throws(SandboxRefusal) {
        guard let members = value.object, let name = members["act"]?.string,
            let form = Self.forms.first(where: { $0.name == name })
        else { throw Self.unknownAct }
        let takes = form.takes.map { $0.hasSuffix("?") ? String($0.dropLast()) : $0 }
        for member in members.keys where member != "act" && !takes.contains(member) {
            throw Self.lacking(form)
        }
        func text(_ member: String) throws(SandboxRefusal) -> String {
            guard let text = members[member]?.string, 1...Self.textLimit ~= text.utf8.count,
                !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
            else { throw Self.lacking(form) }
            return text
        }
        switch name {
        case "penalise": self = .penalise(try text("enterprise"))
        case "list": self = .list(try text("enterprise"))
        case "delist": self = .delist(try text("enterprise"))
        case "revoke": self = .revoke(try text("enterprise"))
        case "cancel": self = .cancel(try text("enterprise"))
        case "restore": self = .restore(try text("enterprise"))
        case "rename": self = .rename(try text("enterprise"), to: try text("name"))
        case "withdraw":
            self = .withdraw(try text("enterprise"), dataset: members["dataset"] == nil ? nil : try text("dataset"))
        case "merge": self = .merge(try text("enterprise"), into: try text("into"))
        case "split": self = .split(try text("enterprise"))
        case "lateSource": self = .lateSource(try text("source"))
        case "recoverSource": self = .recoverSource(try text("source"))
        default:
            guard let days = members["days"].map(\.wholeNumber) ?? 1, 1...Int64(Self.leap) ~= days else {
                throw Self.lacking(form)
            }
            self = .advanceDay(Int(days))
        }
    }

    /// As it is ordered and kept.
    package var json: JSONValue {
        func act(_ name: String, _ members: [String: String?] = [:]) -> JSONValue {
            .object(members.compactMapValues { $0.map { .string($0) } }.merging(["act": .string(name)]) { $1 })
        }
        return switch self {
        case .penalise(let enterprise): act("penalise", ["enterprise": enterprise])
        case .list(let enterprise): act("list", ["enterprise": enterprise])
        case .delist(let enterprise): act("delist", ["enterprise": enterprise])
        case .revoke(let enterprise): act("revoke", ["enterprise": enterprise])
        case .cancel(let enterprise): act("cancel", ["enterprise": enterprise])
        case .restore(let enterprise): act("restore", ["enterprise": enterprise])
        case .rename(let enterprise, let name): act("rename", ["enterprise": enterprise, "name": name])
        case .withdraw(let enterprise, let dataset): act("withdraw", ["enterprise": enterprise, "dataset": dataset])
        case .merge(let enterprise, let other): act("merge", ["enterprise": enterprise, "into": other])
        case .split(let enterprise): act("split", ["enterprise": enterprise])
        case .lateSource(let source): act("lateSource", ["source": source])
        case .recoverSource(let source): act("recoverSource", ["source": source])
        case .advanceDay(let days): .object(["act": .string("advanceDay"), "days": .integer(Int64(days))])
        }
    }

    /// The acts of one order: `{"act":…}`, or `{"acts":[…]}` for several of one day.
    /// - Throws: ``SandboxRefusal``.
    package static func acts(of order: JSONValue) throws(SandboxRefusal) -> [SandboxAct] {
        guard let list = order["acts"] else { return [try SandboxAct(order)] }
        guard order.object?.count == 1, let values = list.array, 1...dayLimit ~= values.count else {
            throw SandboxRefusal(
                .form,
                "acts is a list of 1 to \(dayLimit) acts, and nothing stands beside it.",
                "acts 是 1 到 \(dayLimit) 个动作的列表，旁边不得有其他成员。"
            )
        }
        var acts: [SandboxAct] = []
        for value in values { acts.append(try SandboxAct(value)) }
        return acts
    }

    private static var unknownAct: SandboxRefusal {
        let names = forms.map(\.name).joined(separator: ", ")
        return SandboxRefusal(
            .form,
            "An order is {\"act\": …}; the acts are \(names).",
            "请求为 {\"act\": …}；可用的动作有 \(names)。"
        )
    }

    private static func lacking(_ form: (name: String, takes: [String])) -> SandboxRefusal {
        let members = form.takes.joined(separator: ", ")
        return SandboxRefusal(
            .form,
            "\(form.name) takes \(members) and nothing else (with ? it may be left out).",
            "\(form.name) 只接受成员 \(members)（带 ? 的可省略）。"
        )
    }
}
