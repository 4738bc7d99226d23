//! What the services of an account are set to, as XML.

use adls_wire::xml::XmlWriter;
use roxmltree::Node;

use crate::namespace::{CorsRule, Logging, Metrics, ServiceProperties, Website};
use crate::storage::errors::{ErrorCode, StorageError};
use crate::storage::text::xml;
use crate::storage::version::ServiceVersion;

const ROOT: &str = "StorageServiceProperties";
/// The version of the forms of logging and metrics; there has never been another one.
const VERSION: &str = "1.0";
const LONGEST_RETENTION: u32 = 365;
const MOST_CORS_RULES: usize = 5;

/// What a request sets services to; what it does not mention stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    logging: Option<Logging>,
    hour_metrics: Option<Metrics>,
    minute_metrics: Option<Metrics>,
    cors: Option<Vec<CorsRule>>,
    /// The days, and whether items may be deleted for good before.
    retention: Option<(Option<u32>, bool)>,
    container_retention: Option<Option<u32>>,
    website: Option<Website>,
    default_version: Option<String>,
}

impl Changes {
    /// Reads what a request sets.
    pub(super) fn read(body: &[u8]) -> Result<Self, StorageError> {
        let document = xml::parse(xml::text(body)?, ROOT)?;
        let mut changes = Self::default();
        for part in xml::children(document.root_element()) {
            match part.tag_name().name() {
                "Logging" => changes.logging = Some(logging(part)?),
                "HourMetrics" => changes.hour_metrics = Some(metrics(part)?),
                "MinuteMetrics" => changes.minute_metrics = Some(metrics(part)?),
                "Cors" => changes.cors = Some(cors(part)?),
                "DeleteRetentionPolicy" => {
                    let permanent = optional_flag(part, "AllowPermanentDelete")?;
                    changes.retention = Some((retention(part)?, permanent.unwrap_or_default()));
                }
                "ContainerDeleteRetentionPolicy" => {
                    changes.container_retention = Some(retention(part)?);
                }
                "StaticWebsite" => changes.website = Some(website(part)?),
                "DefaultServiceVersion" => changes.default_version = Some(version(part)?),
                _ => return Err(ErrorCode::InvalidXmlDocument.into()),
            }
        }
        Ok(changes)
    }

    /// Sets what was mentioned.
    pub(super) fn apply_to(self, service: &mut ServiceProperties) {
        fn set<T>(to: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *to = value;
            }
        }
        set(&mut service.logging, self.logging);
        set(&mut service.hour_metrics, self.hour_metrics);
        set(&mut service.minute_metrics, self.minute_metrics);
        set(&mut service.cors, self.cors);
        if let Some((days, permanent)) = self.retention {
            (service.retention_days, service.permanent_deletes) = (days, permanent);
        }
        set(&mut service.container_retention_days, self.container_retention);
        set(&mut service.website, self.website);
        if self.default_version.is_some() {
            service.default_version = self.default_version;
        }
    }
}

fn logging(part: Node<'_, '_>) -> Result<Logging, StorageError> {
    check_form_version(part)?;
    Ok(Logging {
        read: flag(part, "Read")?,
        write: flag(part, "Write")?,
        delete: flag(part, "Delete")?,
        retention_days: required_retention(part)?,
    })
}

fn metrics(part: Node<'_, '_>) -> Result<Metrics, StorageError> {
    check_form_version(part)?;
    let enabled = flag(part, "Enabled")?;
    let of_operations = optional_flag(part, "IncludeAPIs")?;
    if enabled && of_operations.is_none() {
        return Err(StorageError::missing_xml("IncludeAPIs"));
    }
    // The service does not keep what is said of measures that are not made.
    let of_operations = of_operations.filter(|_| enabled);
    Ok(Metrics { enabled, of_operations, retention_days: required_retention(part)? })
}

fn check_form_version(part: Node<'_, '_>) -> Result<(), StorageError> {
    match xml::required_text(part, "Version")? {
        VERSION => Ok(()),
        other => Err(StorageError::invalid_xml("Version", other)),
    }
}

fn cors(part: Node<'_, '_>) -> Result<Vec<CorsRule>, StorageError> {
    let mut rules = Vec::new();
    for rule in xml::children(part) {
        if rule.tag_name().name() != "CorsRule" || rules.len() == MOST_CORS_RULES {
            return Err(ErrorCode::InvalidXmlDocument.into());
        }
        let text = |name| xml::required_text(rule, name).map(str::to_owned);
        let age = xml::required_text(rule, "MaxAgeInSeconds")?;
        rules.push(CorsRule {
            methods: text("AllowedMethods")?,
            origins: text("AllowedOrigins")?,
            headers: xml::child_text(rule, "AllowedHeaders").unwrap_or_default().to_owned(),
            exposed_headers: xml::child_text(rule, "ExposedHeaders").unwrap_or_default().to_owned(),
            max_age_seconds: age
                .parse()
                .map_err(|_| StorageError::invalid_xml("MaxAgeInSeconds", age))?,
        });
    }
    Ok(rules)
}

fn website(part: Node<'_, '_>) -> Result<Website, StorageError> {
    let enabled = flag(part, "Enabled")?;
    let text = |name| {
        let text = xml::child_text(part, name).filter(|text| !text.is_empty() && enabled);
        text.map(str::to_owned)
    };
    Ok(Website {
        enabled,
        index_document: text("IndexDocument"),
        default_index_path: text("DefaultIndexDocumentPath"),
        error_document: text("ErrorDocument404Path"),
    })
}

/// Any date may be one, also of versions that accounts of this kind have never known.
fn version(part: Node<'_, '_>) -> Result<String, StorageError> {
    let text = part.text().unwrap_or_default().trim();
    match ServiceVersion::is_one(text) {
        true => Ok(text.to_owned()),
        false => Err(StorageError::invalid_xml("DefaultServiceVersion", text)),
    }
}

fn required_retention(part: Node<'_, '_>) -> Result<Option<u32>, StorageError> {
    let policy = xml::child(part, "RetentionPolicy");
    retention(policy.ok_or_else(|| StorageError::missing_xml("RetentionPolicy"))?)
}

/// For how many days something is kept, if it is.
fn retention(policy: Node<'_, '_>) -> Result<Option<u32>, StorageError> {
    if !flag(policy, "Enabled")? {
        return Ok(None);
    }
    let text = xml::required_text(policy, "Days")?;
    match text.parse() {
        Ok(days @ 1..=LONGEST_RETENTION) => Ok(Some(days)),
        _ => Err(StorageError::invalid_xml("Days", text)),
    }
}

fn flag(part: Node<'_, '_>, name: &str) -> Result<bool, StorageError> {
    optional_flag(part, name)?.ok_or_else(|| StorageError::missing_xml(name))
}

fn optional_flag(part: Node<'_, '_>, name: &str) -> Result<Option<bool>, StorageError> {
    match xml::child_text(part, name) {
        None => Ok(None),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        Some(text) => Err(StorageError::invalid_xml(name, text)),
    }
}

/// What services are set to, as an answer tells it.
pub(super) fn write(service: &ServiceProperties) -> String {
    let mut xml = XmlWriter::with_byte_order_mark();
    xml.open(ROOT);
    let Logging { read, write, delete, retention_days } = &service.logging;
    xml.open("Logging").element("Version", VERSION);
    for (name, flag) in [("Read", read), ("Write", write), ("Delete", delete)] {
        xml.element(name, word(*flag));
    }
    write_retention(&mut xml, "RetentionPolicy", *retention_days);
    xml.close();
    write_metrics(&mut xml, "HourMetrics", &service.hour_metrics);
    write_metrics(&mut xml, "MinuteMetrics", &service.minute_metrics);
    xml.open("Cors");
    for rule in &service.cors {
        xml.open("CorsRule")
            .element("AllowedMethods", &rule.methods)
            .element("AllowedOrigins", &rule.origins)
            .element("AllowedHeaders", &rule.headers)
            .element("ExposedHeaders", &rule.exposed_headers)
            .element("MaxAgeInSeconds", &rule.max_age_seconds.to_string())
            .close();
    }
    xml.close();
    open_retention(&mut xml, "DeleteRetentionPolicy", service.retention_days);
    xml.element("AllowPermanentDelete", word(service.permanent_deletes)).close();
    if service.container_retention_days.is_some() {
        let name = "ContainerDeleteRetentionPolicy";
        write_retention(&mut xml, name, service.container_retention_days);
    }
    write_website(&mut xml, &service.website);
    if let Some(version) = &service.default_version {
        xml.element("DefaultServiceVersion", version);
    }
    xml.finish()
}

fn write_metrics(xml: &mut XmlWriter, name: &'static str, metrics: &Metrics) {
    xml.open(name).element("Version", VERSION).element("Enabled", word(metrics.enabled));
    if let Some(flag) = metrics.of_operations {
        xml.element("IncludeAPIs", word(flag));
    }
    write_retention(xml, "RetentionPolicy", metrics.retention_days);
    xml.close();
}

fn write_website(xml: &mut XmlWriter, website: &Website) {
    xml.open("StaticWebsite").element("Enabled", word(website.enabled));
    for (name, text) in [
        ("IndexDocument", &website.index_document),
        ("DefaultIndexDocumentPath", &website.default_index_path),
        ("ErrorDocument404Path", &website.error_document),
    ] {
        if let Some(text) = text {
            xml.element(name, text);
        }
    }
    xml.close();
}

fn write_retention(xml: &mut XmlWriter, name: &'static str, days: Option<u32>) {
    open_retention(xml, name, days);
    xml.close();
}

fn open_retention(xml: &mut XmlWriter, name: &'static str, days: Option<u32>) {
    xml.open(name).element("Enabled", word(days.is_some()));
    if let Some(days) = days {
        xml.element("Days", &days.to_string());
    }
}

fn word(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(service: &mut ServiceProperties, inner: &str) -> Result<(), ErrorCode> {
        let body = format!("<{ROOT}>{inner}</{ROOT}>");
        let changes = Changes::read(body.as_bytes()).map_err(|error| error.code())?;
        changes.apply_to(service);
        Ok(())
    }

    const NEW: &str = "<Logging><Version>1.0</Version><Read>false</Read><Write>false</Write>\
        <Delete>false</Delete><RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></Logging>\
        <HourMetrics><Version>1.0</Version><Enabled>true</Enabled><IncludeAPIs>true</IncludeAPIs>\
        <RetentionPolicy><Enabled>true</Enabled><Days>7</Days></RetentionPolicy></HourMetrics>\
        <MinuteMetrics><Version>1.0</Version><Enabled>false</Enabled>\
        <RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></MinuteMetrics><Cors />";

    #[test]
    fn what_a_request_does_not_mention_stays() {
        let mut service = ServiceProperties::default();
        let rest = "<StaticWebsite><Enabled>false</Enabled></StaticWebsite>";
        let off = "<DeleteRetentionPolicy><Enabled>false</Enabled>\
                   <AllowPermanentDelete>false</AllowPermanentDelete></DeleteRetentionPolicy>";
        assert!(write(&service).ends_with(&format!("<{ROOT}>{NEW}{off}{rest}</{ROOT}>")));
        let given = "<DeleteRetentionPolicy><Enabled>true</Enabled><Days>2</Days>\
                     </DeleteRetentionPolicy>\
                     <DefaultServiceVersion>2014-02-14</DefaultServiceVersion>";
        set(&mut service, given).unwrap();
        let on = "<DeleteRetentionPolicy><Enabled>true</Enabled><Days>2</Days>\
                  <AllowPermanentDelete>false</AllowPermanentDelete></DeleteRetentionPolicy>";
        let version = "<DefaultServiceVersion>2014-02-14</DefaultServiceVersion>";
        let told = format!("<{ROOT}>{NEW}{on}{rest}{version}</{ROOT}>");
        assert!(write(&service).ends_with(&told));
        set(&mut service, "").unwrap();
        assert!(write(&service).ends_with(&told));
    }

    #[test]
    fn what_was_set_is_told_in_the_order_of_the_service() {
        let mut service = ServiceProperties::default();
        let given = "<StaticWebsite><Enabled>true</Enabled>\
            <ErrorDocument404Path>e.html</ErrorDocument404Path>\
            <IndexDocument>i.html</IndexDocument></StaticWebsite>\
            <ContainerDeleteRetentionPolicy><Enabled>true</Enabled><Days>365</Days>\
            </ContainerDeleteRetentionPolicy>\
            <Cors><CorsRule><AllowedOrigins>a</AllowedOrigins><AllowedMethods>GET</AllowedMethods>\
            <MaxAgeInSeconds>5</MaxAgeInSeconds></CorsRule></Cors>\
            <MinuteMetrics><Version>1.0</Version><Enabled>false</Enabled>\
            <IncludeAPIs>true</IncludeAPIs>\
            <RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></MinuteMetrics>";
        set(&mut service, given).unwrap();
        let told = write(&service);
        for part in [
            "<Cors><CorsRule><AllowedMethods>GET</AllowedMethods><AllowedOrigins>a</AllowedOrigins>\
             <AllowedHeaders /><ExposedHeaders /><MaxAgeInSeconds>5</MaxAgeInSeconds></CorsRule></Cors>",
            "<ContainerDeleteRetentionPolicy><Enabled>true</Enabled><Days>365</Days>\
             </ContainerDeleteRetentionPolicy><StaticWebsite><Enabled>true</Enabled>\
             <IndexDocument>i.html</IndexDocument>\
             <ErrorDocument404Path>e.html</ErrorDocument404Path></StaticWebsite>",
            "<MinuteMetrics><Version>1.0</Version><Enabled>false</Enabled><RetentionPolicy>",
        ] {
            assert!(told.contains(part), "{part} in {told}");
        }
    }

    #[test]
    fn what_cannot_be_set_is_refused() {
        let days = |days: &str| {
            let policy = format!("<Enabled>true</Enabled><Days>{days}</Days>");
            format!("<DeleteRetentionPolicy>{policy}</DeleteRetentionPolicy>")
        };
        let rules = |count| {
            let rule = "<CorsRule><AllowedOrigins>a</AllowedOrigins>\
                        <AllowedMethods>GET</AllowedMethods><MaxAgeInSeconds>5</MaxAgeInSeconds>\
                        </CorsRule>";
            format!("<Cors>{}</Cors>", rule.repeat(count))
        };
        let mut service = ServiceProperties::default();
        for fits in [days("1"), days("365"), rules(5)] {
            assert_eq!(set(&mut service, &fits), Ok(()), "{fits}");
        }
        let before = service.clone();
        for (body, code) in [
            (days("0"), ErrorCode::InvalidXmlNodeValue),
            (days("366"), ErrorCode::InvalidXmlNodeValue),
            (days("x"), ErrorCode::InvalidXmlNodeValue),
            (days("").replace("<Days></Days>", ""), ErrorCode::MissingRequiredXmlNode),
            (days("1").replace("true", "yes"), ErrorCode::InvalidXmlNodeValue),
            (days("1").replace("<Enabled>true</Enabled>", ""), ErrorCode::MissingRequiredXmlNode),
            (rules(6), ErrorCode::InvalidXmlDocument),
            ("<Logging><Version>2.0</Version></Logging>".into(), ErrorCode::InvalidXmlNodeValue),
            (
                "<HourMetrics><Version>1.0</Version><Enabled>true</Enabled></HourMetrics>".into(),
                ErrorCode::MissingRequiredXmlNode,
            ),
            (
                "<DefaultServiceVersion>new</DefaultServiceVersion>".into(),
                ErrorCode::InvalidXmlNodeValue,
            ),
            ("<Other />".into(), ErrorCode::InvalidXmlDocument),
        ] {
            assert_eq!(set(&mut service, &body), Err(code), "{body}");
        }
        assert_eq!(service, before);
    }
}
