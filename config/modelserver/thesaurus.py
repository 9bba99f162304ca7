"""What means the same to a shop's customer, and which words only carry a question."""

from functools import lru_cache
from typing import Final

from config.modelserver.words import listed

# Beginnings of normalised words that speak of one thing, in Russian and English.
CONCEPTS: Final[dict[str, tuple[str, ...]]] = {
    "return": ("возврат", "возвращ", "верн", "вернут", "сдать", "refund", "return", "moneyback"),
    "exchange": ("обмен", "поменя", "замен", "exchange", "swap"),
    "delivery": ("достав", "привез", "довез", "отправ", "пересыл", "deliver", "shipping", "shipment", "ship"),
    "courier": ("курьер", "courier"),
    "pickup": ("самовывоз", "пункт", "пвз", "забрать", "заберу", "pick"),
    "parcel": ("посылк", "parcel", "package"),
    "price": ("цен", "стоим", "стоит", "стоить", "стоят", "почем", "price", "cost", "costs", "expensive", "тариф"),
    "free": ("бесплатн", "free"),
    "payment": ("оплат", "заплат", "платит", "платеж", "расплат", "pay", "paying", "payment", "payments", "наложенн"),
    "card": ("карт", "card", "visa"),
    "instalments": ("рассроч", "частями", "долями", "сплит", "кредит", "installment", "instalment"),
    "discount": ("скидк", "промокод", "распродаж", "акци", "купон", "discount", "promo", "sale", "coupon"),
    "bonus": ("бонус", "балл", "кэшбэк", "кешбэк", "bonus", "points", "cashback"),
    "size": ("размер", "замер", "мерк", "маломер", "большемер", "size", "sizes", "sizing"),
    "fitting": ("пример", "примерк", "fitting", "try"),
    "warranty": ("гарант", "warranty", "guarantee"),
    "defect": ("брак", "дефект", "слом", "испорч", "поврежд", "разош", "порва", "дырк", "defect", "broken", "damaged"),
    "wash": ("стира", "стирк", "постира", "wash", "washing", "laundry"),
    "ironing": ("глад", "утюг", "отпарив", "iron", "ironing"),
    "drying": ("суш", "высуш", "dry", "drying"),
    "shrink": ("усад", "сесть", "сядет", "садит", "shrink", "shrinkage"),
    "stain": ("пятн", "stain", "stains"),
    "contact": ("контакт", "телефон", "позвон", "связат", "почт", "contact", "phone", "call", "email"),
    "address": ("адрес", "находит", "магазин", "шоурум", "address", "located", "store", "showroom"),
    "hours": ("график", "режим", "часы", "работаете", "работает", "открыт", "hours", "open"),
    "track": ("трек", "отслед", "отслеж", "track", "tracking"),
    "cancel": ("отмен", "аннулир", "отказ", "cancel"),
    "change": ("измен", "исправ", "поменя", "change", "edit"),
    "gift": ("подар", "упаков", "сертификат", "gift", "wrap"),
    "wholesale": ("опт", "wholesale", "bulk"),
    "company": ("юрлиц", "юридическ", "организац", "безнал", "invoice", "company"),
    "receipt": ("чек", "квитанц", "receipt"),
    "abroad": ("границ", "зарубеж", "казахстан", "беларус", "белорусс", "abroad", "international", "overseas"),
    "colour": ("цвет", "оттен", "color", "colour"),
    "fabric": ("ткан", "материал", "состав", "плотност", "fabric", "material"),
    "stock": ("налич", "ассортимент", "stock", "available"),
    "account": ("кабинет", "аккаунт", "парол", "account", "password", "login"),
    "order": ("заказ", "оформ", "order"),
    "money": ("деньг", "денег", "money"),
    "keep": ("хран", "storage", "леж", "ждет"),
    "linen": ("льн", "linen"),
    "soft": ("мягк", "мягч", "soft"),
    "sew": ("шьет", "шьете", "шили", "sew"),
    "night": ("вечер",),
    "custom": ("пошив", "сшит", "сшей", "custom", "tailor"),
}

# Words too short to be told by their beginning.
WHOLE: Final = {"лен": "linen", "сел": "shrink", "село": "shrink", "села": "shrink", "мир": "card"}

# Words that frame a question without saying what it is about.
EMPTY: Final = listed(
    """
    a about all am an and any are as at be been but by can could did do does for from get got had has have hello hi
    how i if in into is it its just know like long many may me much my need of on one or our out please should so
    some tell thank thanks that the their them then there these they this to up us want was we were what when where
    which who why will with would you your а без будет буду будут бы бывает был была были было быть в вам вас ваш
    ваша ваше вашего вашей вашем ваши вашу ввиду вдруг ведь виду во вообще вопрос вопросик вот все всего вы где да
    даже дайте делаете делать день для до добрый допустим едет если есть еще же за здесь здравствуйте и идет идут из
    или им имею интересно интересует их к как какая какие каким каких какова каковы какое какой каком ко когда кто
    куда купил купила купили ли либо лучше меня мне мной могу моего моей можем может можете можно мои мой мою моя мы
    на над надо нам например нас наш нашел нашла не него нее нельзя нет ни них но ну нужен нужна нужно о об он она
    они оно от очень перед пж плиз по под подойдет подошел подошла подошли подошло подробнее подскажи подскажите
    пожалуйста покупал поскольку после потом почему при привет придет приедет приходит пришел пришла пришло про
    продаете продаются происходит происходить просто раз расскажи расскажите с сам свой своя сделать себя сейчас
    скажи скажите скольки скольких сколько случае со совсем спасибо так такая такие такой там тебе тебя то тогда
    того тоже только том тот ту ты у уже узнать уточните уточнить хотел хотела хотелось хотим хочу чего чей чем
    через что чтоб чтобы эта эти это этого этой этом этот эту я
    """
)

# Beginnings of words that fit any question to a shop.
GENERIC: Final = (
    "товар",
    "вещ",
    "покуп",
    "купл",
    "магазин",
    "сайт",
    "заказ",
    "способ",
    "item",
    "product",
    "order",
    "thing",
)

PRICE: Final = listed("сколько стоит стоить стоимость цена цены почем price cost much")
TIME: Final = listed("когда срок сроки долго быстро дней дня дни время успеет when long fast days soon")
DURATION: Final = listed("идет идут едет ехать ждать дней времени часов недель хранится хранят takes")
PLACE: Final = listed("где куда адрес where address")


@lru_cache(maxsize=8_192)
def concepts(word: str) -> frozenset[str]:
    """Return what a normalised word speaks of."""
    found = {name for name, beginnings in CONCEPTS.items() if word.startswith(beginnings)}
    return frozenset(found | {WHOLE[word]}) if word in WHOLE else frozenset(found)
