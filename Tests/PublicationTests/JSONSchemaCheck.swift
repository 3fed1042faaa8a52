import CanonicalJSON
import Foundation

/// JSON Schema 2020-12, as much of it as the description uses; a keyword that it does not know is an objection.
///
/// A validator of another language would see only what is handed to it; this one stands in the way of every answer of every test.
struct JSONSchemaCheck: Sendable {
    let components: [String: JSONValue]

    private static let notes: Set<String> = ["description", "default", "title", "format"]
    private static let place = "#/components/schemas/"

    /// What a schema has against a value; empty where it is valid.
    func objections(to value: JSONValue, _ schema: JSONValue, at path: String = "$") -> [String] {
        guard case .object(let keywords) = schema else {
            return schema == .bool(true) ? [] : ["\(path): nothing may be here"]
        }
        return keywords.flatMap { keyword, rule in
            self.objections(to: value, keyword, rule, keywords).map { "\(path): \($0)" }
                + self.members(of: value, keyword, rule, keywords, at: path)
        }
    }

    private func accepts(_ value: JSONValue, _ schema: JSONValue) -> Bool { objections(to: value, schema).isEmpty }

    /// What is wrong with the value itself.
    private func objections(to value: JSONValue, _ keyword: String, _ rule: JSONValue, _ keywords: [String: JSONValue])
        -> [String]
    {
        switch keyword {
        case "type": return Self.isOf(value, rule) ? [] : ["is not of type \(rule)"]
        case "enum": return rule.array?.contains(value) == true ? [] : ["\(value) is none of those described"]
        case "const": return rule == value ? [] : ["\(value) is not \(rule)"]
        case "anyOf":
            return rule.array?.contains { accepts(value, $0) } == true ? [] : ["fits none of the forms described"]
        case "oneOf":
            return rule.array?.filter { accepts(value, $0) }.count == 1
                ? [] : ["fits not just one of the forms described"]
        case "required":
            guard let members = value.object else { return [] }
            return (rule.array ?? []).compactMap(\.string).filter { members[$0] == nil }.map { "lacks \($0)" }
        case "minimum": return Self.holds(value.integer, rule.integer, >=) ? [] : ["\(value) is too small"]
        case "maximum": return Self.holds(value.integer, rule.integer, <=) ? [] : ["\(value) is too large"]
        case "minLength": return Self.holds(Self.length(value), rule.integer, >=) ? [] : ["is too short"]
        case "maxLength": return Self.holds(Self.length(value), rule.integer, <=) ? [] : ["is too long"]
        case "minItems": return Self.holds(Self.count(value.array), rule.integer, >=) ? [] : ["has too few items"]
        case "maxItems": return Self.holds(Self.count(value.array), rule.integer, <=) ? [] : ["has too many items"]
        case "minProperties":
            return Self.holds(Self.count(value.object), rule.integer, >=) ? [] : ["has too few members"]
        case "uniqueItems":
            guard rule == .bool(true), let items = value.array else { return [] }
            return items.indices.allSatisfy { !items[..<$0].contains(items[$0]) } ? [] : ["an item comes twice"]
        case "pattern":
            guard let text = value.string, let pattern = rule.string else { return [] }
            return text.range(of: pattern, options: .regularExpression) == nil ? ["\(text) is not like \(pattern)"] : []
        case "$ref", "allOf", "properties", "additionalProperties", "patternProperties", "items": return []
        case _ where Self.notes.contains(keyword): return []
        default: return ["the check does not know the keyword \(keyword)"]
        }
    }

    /// What is wrong within it.
    private func members(
        of value: JSONValue,
        _ keyword: String,
        _ rule: JSONValue,
        _ keywords: [String: JSONValue],
        at path: String
    ) -> [String] {
        switch keyword {
        case "$ref":
            guard let name = rule.string, name.hasPrefix(Self.place),
                let schema = components[String(name.dropFirst(Self.place.count))]
            else { return ["\(path): \(rule) leads nowhere"] }
            return objections(to: value, schema, at: path)
        case "allOf": return (rule.array ?? []).flatMap { objections(to: value, $0, at: path) }
        case "items":
            return (value.array ?? []).enumerated().flatMap { objections(to: $1, rule, at: "\(path)[\($0)]") }
        case "properties":
            return (rule.object ?? [:]).flatMap { name, schema in
                value[name].map { objections(to: $0, schema, at: "\(path).\(name)") } ?? []
            }
        case "patternProperties":
            return (rule.object ?? [:]).flatMap { pattern, schema in
                (value.object ?? [:]).filter { $0.key.range(of: pattern, options: .regularExpression) != nil }
                    .flatMap { objections(to: $1, schema, at: "\(path).\($0)") }
            }
        case "additionalProperties":
            let known = Set((keywords["properties"]?.object ?? [:]).keys)
            let patterns = (keywords["patternProperties"]?.object ?? [:]).keys
            return (value.object ?? [:]).filter { name, _ in
                !known.contains(name) && !patterns.contains { name.range(of: $0, options: .regularExpression) != nil }
            }.flatMap { objections(to: $1, rule, at: "\(path).\($0)") }
        default: return []
        }
    }

    private static func isOf(_ value: JSONValue, _ rule: JSONValue) -> Bool {
        let names = rule.array?.compactMap(\.string) ?? [rule.string ?? ""]
        return names.contains {
            switch $0 {
            case "object": value.object != nil
            case "array": value.array != nil
            case "string": value.string != nil
            case "integer", "number": value.integer != nil
            case "boolean": value.bool != nil
            case "null": value.isNull
            default: false
            }
        }
    }

    private static func length(_ value: JSONValue) -> Int64? { value.string.map { Int64($0.unicodeScalars.count) } }
    private static func count(_ value: (some Collection)?) -> Int64? { value.map { Int64($0.count) } }

    /// Bounds say nothing of values of another kind.
    private static func holds(_ value: Int64?, _ bound: Int64?, _ rule: (Int64, Int64) -> Bool) -> Bool {
        guard let value, let bound else { return true }
        return rule(value, bound)
    }
}
