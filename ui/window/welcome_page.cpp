// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/window/welcome_page.h"

#include <filesystem>

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/text.h"

namespace fieldmark {

class WelcomePage::Well : public QWidget {
  public:
    explicit Well(QWidget* parent) : QWidget(parent) {
        setObjectName(QStringLiteral("welcomeWell"));
        setAttribute(Qt::WA_Hover);
        const int unit = rhythm(this);
        auto* column = new QVBoxLayout(this);
        column->setContentsMargins(unit * 4, unit * 5, unit * 4, unit * 5);
        column->setSpacing(unit * 2);
        m_icon = new QLabel(this);
        m_icon->setAlignment(Qt::AlignCenter);
        column->addWidget(m_icon);
        m_text = new QLabel(this);
        QFont font = m_text->font();
        font.setPointSizeF(font.pointSizeF() * 1.15);
        m_text->setFont(font);
        m_text->setAlignment(Qt::AlignCenter);
        m_text->setWordWrap(true);
        column->addWidget(m_text);
        set_busy({});
        refresh();
    }

    void set_busy(const QString& text) {
        m_text->setText(text.isEmpty() ? WelcomePage::tr("Drop a folder of pictures here") : text);
    }
    void set_highlighted(bool on) {
        m_highlighted = on;
        refresh();
    }

  protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const int unit = rhythm(this);
        const QColor accent = palette().color(QPalette::Highlight);
        QColor ground = m_highlighted ? accent : palette().color(QPalette::Text);
        ground.setAlphaF(m_highlighted ? 0.12F : 0.03F);
        QPen pen(m_highlighted ? accent
                               : blend(palette().color(QPalette::Base), palette().color(QPalette::Text), 0.4),
                 qMax(1.5, unit / 5.0));
        pen.setDashPattern({4, 3});
        painter.setPen(pen);
        painter.setBrush(ground);
        painter.drawRoundedRect(QRectF(rect()).adjusted(2, 2, -2, -2), unit * 1.5, unit * 1.5);
    }
    void changeEvent(QEvent* event) override {
        if (event->type() == QEvent::PaletteChange) refresh();
        QWidget::changeEvent(event);
    }

  private:
    void refresh() {
        const int size = rhythm(this) * 6;
        const QColor ink = m_highlighted ? palette().color(QPalette::Highlight) : quiet_text(palette());
        m_icon->setPixmap(icon_pixmap(QStringLiteral("drop"), size, ink, devicePixelRatioF()));
        update();
    }

    bool m_highlighted = false;
    QLabel* m_icon;
    QLabel* m_text;
};

WelcomePage::WelcomePage(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("welcomePage"));
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    const int unit = rhythm(this);
    auto* outer = new QHBoxLayout(this);
    outer->addStretch(1);
    auto* page = new QWidget(this);
    page->setMaximumWidth(fontMetrics().averageCharWidth() * 96);
    page->setMinimumWidth(fontMetrics().averageCharWidth() * 56);
    outer->addWidget(page, 12);
    outer->addStretch(1);

    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(unit * 2, unit * 2, unit * 2, unit * 2);
    column->setSpacing(unit * 2);
    column->addStretch(2);
    auto* mark = new QLabel(page);
    mark->setPixmap(application_icon().pixmap(QSize(unit * 10, unit * 10), devicePixelRatioF()));
    mark->setAlignment(Qt::AlignCenter);
    column->addWidget(mark);
    auto* sentence = new QLabel(tr("Which of your pictures look like this one?"), page);
    sentence->setObjectName(QStringLiteral("welcomeSentence"));
    QFont font = sentence->font();
    font.setPointSizeF(font.pointSizeF() * 1.8);
    sentence->setFont(font);
    sentence->setAlignment(Qt::AlignCenter);
    sentence->setWordWrap(true);
    column->addWidget(sentence);
    auto* promise =
        quiet_note(page, QStringLiteral("welcomePromise"),
                   tr("Fieldmark looks through your own pictures, on this computer, and never goes online."));
    promise->setAlignment(Qt::AlignCenter);
    column->addWidget(promise);
    m_well = new Well(page);
    column->addWidget(m_well);

    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(unit);
    buttons->addStretch(1);
    auto* add = new QPushButton(icon(QStringLiteral("folder-add")), tr("Add a folder…"), page);
    add->setObjectName(QStringLiteral("welcomeAdd"));
    add->setToolTip(tr("Choose a folder of pictures (Ctrl+O)"));
    add->setDefault(true);
    connect(add, &QPushButton::clicked, this, &WelcomePage::addFolderRequested);
    m_samples = new QPushButton(icon(QStringLiteral("pictures")), tr("Open the sample pictures"), page);
    m_samples->setObjectName(QStringLiteral("welcomeSamples"));
    m_samples->setToolTip(tr("A few hundred birds, animals, vehicles and plants to try it with"));
    connect(m_samples, &QPushButton::clicked, this, &WelcomePage::samplesRequested);
    for (QPushButton* button : {add, m_samples}) {
        button->setMinimumHeight(unit * 4);
        buttons->addWidget(button);
    }
    buttons->addStretch(1);
    column->addLayout(buttons);

    m_recent_box = new QWidget(page);
    m_recent_layout = new QVBoxLayout(m_recent_box);
    m_recent_layout->setContentsMargins(0, unit, 0, 0);
    m_recent_layout->setSpacing(0);
    column->addWidget(m_recent_box);
    column->addStretch(3);
    set_recent({});
}

void WelcomePage::set_recent(const std::vector<std::string>& libraries) {
    while (QLayoutItem* item = m_recent_layout->takeAt(0)) {
        if (item->widget() != nullptr) item->widget()->deleteLater();
        delete item;
    }
    m_recent_box->setVisible(!libraries.empty());
    if (libraries.empty()) return;
    auto* heading = new QuietLabel(m_recent_box, QStringLiteral("recentHeading"), tr("Recent libraries"));
    heading->setAlignment(Qt::AlignHCenter);
    m_recent_layout->addWidget(heading);
    int count = 0;
    for (const std::string& folder : libraries) {
        if (++count > 4) break;
        QString name = Text::file_name(folder);
        if (name.endsWith(QLatin1String(".fieldmark"))) name.chop(10);
        auto* button = new QPushButton(icon(QStringLiteral("library")), name, m_recent_box);
        button->setObjectName(QStringLiteral("recentLibrary"));
        button->setFlat(true);
        button->setToolTip(Text::display_name(folder));
        connect(button, &QPushButton::clicked, this, [this, folder] { Q_EMIT libraryChosen(folder); });
        m_recent_layout->addWidget(button, 0, Qt::AlignHCenter);
    }
}

void WelcomePage::set_samples_available(bool available) {
    m_samples->setVisible(available);
}
void WelcomePage::set_busy(const QString& text) {
    m_well->set_busy(text);
}
void WelcomePage::set_highlighted(bool highlighted) {
    m_well->set_highlighted(highlighted);
}

std::vector<std::string> WelcomePage::sample_folders() {
    std::error_code ignored;
    if (const char* own = std::getenv("FIELDMARK_SAMPLES"); own != nullptr && *own != '\0') {
        if (std::filesystem::is_directory(own, ignored)) return {own};
        return {};
    }
    std::vector<std::string> folders;
    for (const char* name : {"animals", "plants", "vehicles"}) {
        const std::filesystem::path folder = std::filesystem::path("/usr/share/tuxpaint/stamps") / name;
        if (std::filesystem::is_directory(folder, ignored)) folders.push_back(folder.string());
    }
    return folders;
}

}  // namespace fieldmark
